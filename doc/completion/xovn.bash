# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# bash completion of xovn(8).  Commands and options are what the program
# itself says with --options; names are what it has loaded.  Where it says
# nothing, nothing is offered.

# _xovn_reply WORD...: those that begin with what is typed.
_xovn_reply() {
	local word
	for word; do
		[[ $word != "$cur"* ]] || COMPREPLY+=("$word")
	done
}

# _xovn_names KIND: lsp, datapath, network, chassis of this host's state.
_xovn_names() {
	"$program" "${pin[@]}" show --json 2>/dev/null </dev/null | awk -v kind="$1" '
		function say() { gsub(/^.*": "|",?$/, ""); print }
		/^  "/ { top = $1 }
		/^      "/ { list = $1 }
		kind == "datapath" && /^      "name"/ && top ~ /switches|routers/ { say() }
		kind == "lsp" && /^          "name"/ && top ~ /switches/ && list ~ /ports/ { say() }
		kind == "network" && /^ *"network": "/ { say() }
		kind == "chassis" && /^      "(host)?name": "./ && top ~ /chassis/ { say() }
	' | sort -u
}

_xovn_interfaces() {
	local dev
	for dev in /sys/class/net/*/; do
		dev=${dev%/}
		_xovn_reply "${dev##*/}"
	done
}

# _xovn_value OPTION: what may stand behind it.
_xovn_value() {
	local names i
	names=
	case $1 in
	--nb | --sb | --placement | --ct | --pcap | --svg | --textfile | --pidfile | --config | \
		--private-key | --certificate | --ca-cert)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		;;
	--pin)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		;;
	--underlay) _xovn_interfaces ;; # of check; to attach it is a flag
	--mode) _xovn_reply auto native tc ;;
	--proto) _xovn_reply tcp udp icmp sctp ;;
	--sort) _xovn_reply pps bps drops name ;;
	--view) _xovn_reply ports routes nat vips tunnels drops ;;
	--localnet) names=$(_xovn_names network) ;;
	--inport | --port) names=$(_xovn_names lsp) ;;
	--datapath) names=$(_xovn_names datapath) ;;
	--zone) names=$(_xovn_names datapath; _xovn_names lsp) ;;
	--chassis)
		names=$(_xovn_names chassis)
		for ((i = 1; i < COMP_CWORD - 1; i++)); do
			# a file name as it is typed: a leading ~ is the shell's
			[ "${COMP_WORDS[i]}" != --placement ] ||
				names+=" "$(sed 's/#.*//; s/[[:space:]].*//; s/,/ /' \
					"${COMP_WORDS[i + 1]/#~\//$HOME/}" 2>/dev/null)
		done
		;;
	--reason)
		names=$("$program" "${pin[@]}" stats drops --all --json 2>/dev/null \
			</dev/null | sed -n 's/.*"reason": "\([^"]*\)".*/\1/p')
		;;
	--state) # the states are in what it says to one that there is not
		names=$("$program" ct list --state '?' 2>&1 </dev/null |
			sed -n 's/.*: one of \(.*\) is wanted.*/\1/p')
		;;
	esac
	# shellcheck disable=SC2086 # no name has a space that a shell could take
	_xovn_reply $names
}

# _xovn_word COMMAND N: the Nth word behind the command that is no option.
_xovn_word() {
	local names
	names=
	case $1-$2 in
	attach-0 | bind-0 | unbind-0 | detach-0) _xovn_interfaces ;;
	bind-1) names=$(_xovn_names lsp) ;;
	show-0) names=$(_xovn_names datapath; _xovn_names lsp) ;;
	stats-0) names="drops ports pipeline ct maps" ;;
	ct-0) names="list flush" ;;
	esac
	# shellcheck disable=SC2086
	_xovn_reply $names
}

_xovn() {
	local program=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]}
	local command='' option='' options i n=0 word
	local -a pin=()
	COMPREPLY=()
	# "=" is a word of its own here: --mode=tc is three
	[ "$cur" != = ] || cur=
	options=$("$program" --options 2>/dev/null </dev/null) || return 0
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [ "$word" = = ]; then
			continue
		elif [ -n "$option" ]; then
			[ "$option" != --pin ] || pin=(--pin "$word")
			option=
		elif [[ $word == -* ]]; then
			[[ $'\n'$options$'\n' != *$'\n'"$word="$'\n'* ]] || option=$word
		elif [ -z "$command" ]; then
			command=$word
			options=$("$program" "$command" --options 2>/dev/null </dev/null) ||
				return 0
			options+=$'\n'--help
		else
			n=$((n + 1))
		fi
	done
	if [ -n "$option" ]; then
		_xovn_value "$option"
	elif [[ $cur == -* ]]; then
		# shellcheck disable=SC2086
		_xovn_reply ${options//=/}
	elif [ -z "$command" ]; then
		for word in $options; do
			[[ $word == -* ]] || _xovn_reply "$word"
		done
	else
		_xovn_word "$command" $n
	fi
} && complete -F _xovn xovn
