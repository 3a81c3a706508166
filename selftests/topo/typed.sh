# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Types the tutorial's commands (selftests/data/tutorial/commands) into the
# hosts of live.sh and checks what comes.  The caller has
#
#   typed_section NUMBER TITLE
#   typed_print TEXT              what a reader would see
#   verdict NAME TUTORIAL HERE    compares

TUTORIAL=${TUTORIAL:-$DATA/tutorial/commands}
typed_pids=()
typed_out=
typed_code=0
sign='#'
pings_sent=0
pings_lost=0
# a ping's first packet may be lost: on a stock host flows follow the
# bindings with a delay
FIRST_LOST=

# typed WHERE COMMAND: at that prompt; typed_out, typed_code.
typed() {
	local where=$1 text
	text=${2//<chassis of node1>/${SYSTEM_ID[node1]}}
	typed_print "$where$sign $text"
	prompt "$where" "$text" >"$DIR/typed" 2>&1
	typed_code=$?
	typed_out=$(tr -d '\0' <"$DIR/typed")
	[ -z "$typed_out" ] || typed_print "$typed_out"
}

# prompt WHERE COMMAND
prompt() {
	local where=$1 HOST_ENV
	host_env "$where"
	mkdir -p "$DIR/$where"
	timeout "${typed_limit:-120}" nsenter --net="/run/netns/$NET-$where" \
		env "${HOST_ENV[@]}" NET="$NET" DIR="$DIR" TOP="$TOP" \
		HOST="$where" KIND="${HOST_KIND[$where]:-}" \
		"$TOP/selftests/topo/prompt" "$2"
}

# shown: what show commands print, comparable: no UUIDs, no quotes, blocks
# and ports in one order; without what newer ones add, a router port's
# link-local address.
shown() {
	sed -E 's/^(switch|router) [0-9a-f-]{36} /\1 /; s/"//g; /^ +ipv6-lla:/d' |
		awk '
			/^[^ ]/ { block = $0; item = "" }
			/^    [^ ]/ { item = $0 }
			{ print block "|" item "|" $0 }' | sort
}

# ping_result: "ttl=63", of ping's output.  One packet may be lost where
# FIRST_LOST says so.
ping_result() {
	awk -v may="${FIRST_LOST:-0}" '
		match($0, /ttl=[0-9]+/) {
			t = substr($0, RSTART, RLENGTH)
			if (!(t in seen)) ttl = ttl (ttl == "" ? "" : " ") t
			seen[t] = 1
			n++
		}
		/packets transmitted/ { sent = $1 }
		END {
			if (!n || n < sent - may)
				ttl = "lost " (sent - n) " of " sent
			print ttl
		}' <<<"$typed_out"
}

# pings_count: first packets lost are kept as figures.
pings_count() {
	local sent got
	read -r sent got < <(awk '/packets transmitted/ { print $1, $4 }' \
		<<<"$typed_out")
	pings_sent=$((pings_sent + ${sent:-0}))
	pings_lost=$((pings_lost + ${sent:-0} - ${got:-0}))
}

# expected WHERE COMMAND KIND ARGUMENTS: types it and compares.
expected() {
	local where=$1 text=$2 kind=$3 want=$4 here n name
	name="$where: ${text#ip netns exec }"
	name=${name//\"\$TOP\/build\/tools\/talk\"/talk}
	case $kind in
	shows)
		# bindings follow, as they do for a reader
		for ((n = 0; n < 100; n++)); do
			here=$(prompt "$where" "$text" 2>&1 | shown)
			[ "$here" != "$(shown <<<"$want")" ] || break
			sleep 0.2
		done
		typed "$where" "$text"
		here=same
		diff <(shown <<<"$want") <(shown <<<"$typed_out") >"$DIR/diff" ||
			here=$(cat "$DIR/diff")
		verdict "$name" same "$here"
		;;
	ttl)
		typed "$where" "$text"
		pings_count
		if [ -n "$FIRST_LOST" ] && [[ $typed_out == *"1 packets transmitted, 0 "* ]]; then
			typed "$where" "$text"
		fi
		verdict "$name" "ttl=$want" "$(ping_result)"
		;;
	prints)
		typed "$where" "$text"
		here=$typed_out
		# shellcheck disable=SC2053
		[[ $here == $want || ${here##*$'\n'} == $want ]] && here=$want
		verdict "$name" "$want" "$here"
		;;
	fails)
		typed "$where" "$text"
		here=$typed_out
		# shellcheck disable=SC2053
		[[ $typed_out != $want ]] || here=refused
		[ $typed_code != 0 ] || here="exit code 0"
		verdict "$name" refused "$here"
		;;
	mayfail)
		typed "$where" "$text"
		here=there
		# shellcheck disable=SC2053
		[ $typed_code = 0 ] || [[ $typed_out == $want ]] || here=$typed_out
		verdict "$name" there "$here"
		;;
	unanswered)
		typed_limit=$want typed "$where" "$text"
		verdict "$name" "no answer" \
			"$([ $typed_code = 124 ] && echo no answer || echo "$typed_out")"
		;;
	everyone)
		typed_print "$where$sign for i in {1..20}; do $text; done | sort | uniq -c"
		prompt "$where" "for i in {1..20}; do $text -m 3; done" 2>&1 |
			sort | uniq -c >"$DIR/typed"
		typed_print "$(cat "$DIR/typed")"
		verdict "$name, who answers" "$want" \
			"$(sed 's/^ *[0-9]* i am //' "$DIR/typed" | xargs)"
		;;
	background)
		typed_print "$where$sign $text &"
		typed_limit=600 prompt "$where" "$text" \
			>"$DIR/$where/background.${#typed_pids[@]}" 2>&1 &
		typed_pids+=($!)
		until_true 20 grep -q ready \
			"$DIR/$where/background.$((${#typed_pids[@]} - 1))" ||
			verdict "$name" ready "does not start"
		;;
	"")
		typed "$where" "$text"
		[ $typed_code = 0 ] ||
			verdict "$name" "exit code 0" "exit code $typed_code: $typed_out"
		;;
	*) die "$TUTORIAL: no expectation \"$kind\"" ;;
	esac
}

typed_stop() {
	local pid
	for pid in "${typed_pids[@]}"; do
		# timeout(1) hands the signal on to its command's group
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
}

# type_tutorial: all of it.  Before a check every host has what was typed.
type_tutorial() {
	local line where text kind='' want='' section=0 i lines
	[ -n "$FIRST_LOST" ] || all_xovn || FIRST_LOST=1
	mapfile -t lines <"$TUTORIAL"
	for ((i = 0; i < ${#lines[@]}; i++)); do
		line=${lines[i]}
		case $line in
		"" | "#"*) ;;
		"== "*)
			section=${line#== }
			section=${section%% *}
			typed_section "$section" "${line#== "$section" }"
			;;
		"= stop") typed_stop ;;
		"= "*)
			read -r kind want <<<"${line#= }"
			;;
		node[123]* | ext*)
			where=${line%% *}
			sign=${where: -1}
			where=${where%?}
			text=${line#* }
			while [[ ${lines[i + 1]:-} == "> "* ]]; do
				i=$((i + 1))
				want+=${want:+$'\n'}${lines[i]#> }
			done
			case $kind in
			ttl | prints | unanswered | everyone)
				settled || verdict "ovn-nbctl --wait=hv sync" \
					"exit code 0" "exit code $?"
				;;
			esac
			expected "$where" "$text" "$kind" "$want"
			kind='' want=''
			;;
		*) die "$TUTORIAL: line $((i + 1)) is not understood: $line" ;;
		esac
	done
	typed_stop
	if all_xovn; then
		verdict "first packets lost" 0 "$pings_lost"
	else
		typed_print "first packets lost: $pings_lost of $pings_sent pings"
	fi
}
