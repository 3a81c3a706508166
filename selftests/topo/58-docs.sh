#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The manual and the shells' completion against the program: each command
# and option in its page and in the completion, none that it refuses, and the
# members of its JSON; pages without warnings; what make install puts where.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"

MAN=$TOP/doc/man
MICROFLOW='eth.src == 02:ac:10:ff:00:10 && eth.dst == 02:ac:10:ff:00:20 && ip4 && tcp'
declare -A OPTIONS PAGE # by command; OPTIONS: " --name= --name "
GLOBAL=" $("$XOVN" --options | grep '^-' | paste -s -d ' ') --options "
COMMANDS=$("$XOVN" --options | grep -v '^-')
for cmd in $COMMANDS; do
	OPTIONS[$cmd]=" $("$XOVN" "$cmd" --options | paste -s -d ' ') "
	PAGE[$cmd]=$MAN/xovn-$cmd.8.scd
done
PAGE[unbind]=${PAGE[bind]}

section() { # FILE NAME
	sed -n "/^# $2\$/,/^# /p" "$1" | sed '/^# /d'
}

# words: the options in a text, one a line.
words() {
	grep -o -e '--[a-z][a-z0-9-]*' | sort -u
}

# oneline: words of the input, a space between them.
oneline() {
	tr -s '[:space:]' '\n' | grep . | paste -s -d ' '
}

# without A B: words of A that B does not have.
without() {
	local word
	tr -s '[:space:]' '\n' <<<"$1" | sort -u | while read -r word; do
		[[ " ${2//$'\n'/ } " == *" $word "* ]] || echo "$word"
	done | oneline
}

check_usage() {
	local cmd=$1 said
	said=$("$XOVN" "$cmd" --help | words)
	expect "$cmd --help has every option, and no other" "/" \
		"$(without "${OPTIONS[$cmd]//=/}" "$said")/$(without "$said" \
			"${OPTIONS[$cmd]//=/} --pin")"
}

# An entry of an option begins with it, and shows a value where it has one.
check_page() {
	local cmd=$1 file=${PAGE[$1]} option entries missing=
	if [ ! -s "$file" ]; then
		fail "$cmd has a page"
		return
	fi
	expect "$cmd: every option is in the synopsis" "" "$(without \
		"${OPTIONS[$cmd]//=/}" "$(section "$file" SYNOPSIS | words)")"
	entries=$(section "$file" OPTIONS | grep '^\*--')
	for option in ${OPTIONS[$cmd]}; do
		case $option in
		*=) option="\*${option%=}\* \\\\\?\[\?[_*]" ;;
		*) option="\*$option\*\(, \*\|\$\| \\\\\[\)" ;;
		esac
		grep -q -e "$option" <<<"$entries" || missing="$missing $option"
	done
	expect "$cmd: and has an entry" "" "$missing"
	expect "xovn(8) has $cmd" 1 \
		"$(section "$MAN/xovn.8.scd" COMMANDS | grep -c "^\*.*$cmd\*")"
}

# An option in a page must be one of its command, or of the xovn command that
# stands before it on the line.  Lines of other programs do not count.
check_foreign() {
	for cmd in $COMMANDS; do
		echo "$cmd ${OPTIONS[$cmd]//=/} ${GLOBAL//=/}"
	done >"$DIR/options"
	expect "no option in a page that xovn refuses" "" "$(awk '
		FNR == NR { for (i = 2; i <= NF; i++) { takes[$1, $i]; takes["xovn.8.scd", $i] }
			commands[$1]; next }
		FNR == 1 { page = FILENAME; sub(/.*\//, "", page) }
		/ovn-nbctl|ovsdb-client|ethtool|systemctl/ { next }
		{
			cmd = page
			gsub(/xovn-|\.8\.scd/, "", cmd)
			if (!(cmd in commands)) cmd = "xovn.8.scd"
			gsub(/[^-a-z0-9]+/, " ")
			n = split($0, w, " ")
			for (i = 1; i <= n; i++)
				if (w[i] in commands && w[i - 1] == "xovn") cmd = w[i]
				else if (w[i] ~ /^--[a-z]/ && !((cmd, w[i]) in takes))
					print page ": " w[i]
		}' "$DIR/options" "$MAN"/*.scd)"
}

# json_members COMMAND NAME ARGUMENTS...: what it prints is in its page.
json_members() {
	local cmd=$1 name=$2
	shift 2
	"$XOVN" --pin "$PINS/a" "$cmd" "$@" --json 2>/dev/null >"$DIR/json"
	at_least "$name: members" 1 "$(jq -r '.. | objects | keys[]' "$DIR/json" | wc -l)"
	expect "$name: every member is in its page" "" "$(without \
		"$(jq -r '.. | objects | keys[]' "$DIR/json" | sort -u)" \
		"$(grep -o '[*_][a-z0-9_]*[*_]' "${PAGE[$cmd]}" | sed 's/^.//; s/.$//')")"
}

check_pages() {
	local file out=
	make -s -C "$TOP" NODEPS=1 build-man >"$DIR/make.log" 2>&1 ||
		fail "make man" "$(cat "$DIR/make.log")"
	for file in "$TOP"/build/man/*.[58]; do
		case $file in */xovn-unbind.8) continue ;; esac
		out+=$(mandoc -T lint -W error "$file" 2>&1)
		! command -v man >/dev/null ||
			out+=$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -l "$file" 2>&1 >/dev/null)
	done
	expect "pages are built without warnings" "" "$out$(grep -v '^  MAN ' "$DIR/make.log")"
}

check_install() {
	local root=$DIR/root name
	make -s -C "$TOP" NODEPS=1 install DESTDIR="$root" PREFIX=/usr >"$DIR/make.log" 2>&1 ||
		fail "make install" "$(cat "$DIR/make.log")"
	{
		echo "etc/xovn/xovn.conf 644"
		echo "usr/lib/systemd/system/xovn.service 644"
		echo "usr/lib/systemd/system/xovn-snapshot.service 644"
		echo "usr/share/man/man5/xovn.conf.5 644"
		echo "usr/sbin/xovn 755"
		echo "usr/share/bash-completion/completions/xovn 644"
		echo "usr/share/zsh/site-functions/_xovn 644"
		echo "usr/share/doc/xovn/examples/grafana.json 644"
		for name in "$TOP"/doc/*.md; do
			echo "usr/share/doc/xovn/${name##*/} 644"
		done
		echo "usr/share/man/man8/xovn.8 644"
		for name in $COMMANDS; do
			echo "usr/share/man/man8/xovn-$name.8 644"
		done
	} | sort >"$DIR/wanted"
	expect "make install puts every file in its place" "$(cat "$DIR/wanted")" \
		"$(find "$root" -type f -printf '%P %m\n' | sort)"
	expect "the page of unbind is that of bind" "*xovn-bind, xovn-unbind*" \
		"$(man -M "$root/usr/share/man" xovn-unbind 2>&1)"
	expect "units start what is installed" "$(printf '%s\n' /usr/sbin/xovn{,,})" \
		"$(sed -n 's/^Exec[A-Za-z]*=\([^ ]*\).*/\1/p' "$root"/usr/lib/systemd/system/*)"
	echo "# mine" >>"$root/etc/xovn/xovn.conf"
	make -s -C "$TOP" NODEPS=1 install DESTDIR="$root" PREFIX=/usr/local >"$DIR/make.log" 2>&1
	expect "elsewhere, too" "$(printf '%s\n' /usr/local/sbin/xovn{,,})" \
		"$(sed -n 's/^Exec[A-Za-z]*=\([^ ]*\).*/\1/p' "$root"/usr/local/lib/systemd/system/*)"
	expect "a configuration that is there stays" "# mine" \
		"$(tail -n 1 "$root/etc/xovn/xovn.conf")"
	make -s -C "$TOP" NODEPS=1 uninstall DESTDIR="$root" PREFIX=/usr/local
	expect "with make uninstall, too" 1 "$(find "$root/etc" -type f | wc -l)"
	cp "$TOP/doc/xovn.conf" "$root/etc/xovn"
	make -s -C "$TOP" NODEPS=1 uninstall DESTDIR="$root" PREFIX=/usr
	expect "make uninstall takes them away" "" "$(find "$root" -type f -o \
		-type d -name xovn)"
}

# tab WORD...: what a real bash offers for the last one.
tab() {
	bash --norc --noprofile -c '
		. "$0"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_xovn
		echo ${COMPREPLY[*]}' "$TOP/doc/completion/xovn.bash" "$XOVN" --pin "$PINS/a" "$@"
}

# ztab WORD...: the same of zsh, whose compadd only its line editor has.
# shellcheck disable=SC2317 # called by the name in check_completion
ztab() {
	zsh -f -c '
		compadd() { [[ $1 != -- ]] || shift; print -r -- $@ }
		_files() { print files }
		words=("${@[2,-1]}") CURRENT=$(($# - 1))
		. $1' zsh "$TOP/doc/completion/_xovn" "$XOVN" --pin "$PINS/a" "$@"
}

check_completion() {
	local tab=$1 cmd
	expect "$tab: commands" "$(oneline <<<"$COMMANDS")" "$($tab '')"
	for cmd in $COMMANDS; do
		expect "$tab: options of $cmd" "$(oneline <<<"${OPTIONS[$cmd]//=/} --help")" \
			"$($tab "$cmd" --)"
	done
	expect "$tab: interfaces" "*lo*" "$($tab attach '')"
	expect "$tab: ports to bind" "*ls1-vm1*ls2-vm4*" "$($tab bind lo '')"
}

# Values that the completion knows by heart must be the program's.
check_values() {
	local word
	for word in $(tab attach nosuch --mode ''); do
		expect "mode $word" "*nosuch*" "$("$XOVN" --pin "$PINS/a" attach nosuch --mode "$word" 2>&1)"
	done
	for word in $(tab ct list --proto ''); do
		check "protocol $word" "$XOVN" --pin "$PINS/a" ct list --proto "$word"
	done
	for word in $(tab stats ''); do
		check "stats $word" "$XOVN" --pin "$PINS/a" stats "$word"
	done
	for word in $(tab ct ''); do
		check "ct $word" "$XOVN" --pin "$PINS/a" ct "$word"
	done
	for word in $(tab top --sort ''); do
		check "sort $word" "$XOVN" --pin "$PINS/a" top --once --interval 0.1 --sort "$word"
	done
	for word in $(tab top --view ''); do
		check "view $word" "$XOVN" --pin "$PINS/a" top --once --interval 0.1 --view "$word"
	done
	expect "states" "*TCP_ESTABLISHED*GENERIC*" "$(tab ct list --state '')"
	expect "=, too" "native" "$(tab attach lo --mode = n)"
	expect "zones" "*router1*ls1-vm1*" "$(tab ct list --zone '')"
	expect "networks" "phyNet" "$(tab attach lo --localnet '')"
	expect "chassis of a placement" "*node1*node3*" \
		"$(tab load --placement "$PLACEMENT" --chassis '')"
	expect "files" "$DATA/base/nb.db" "$(tab load --nb "$DATA/base/nb.d")"
	expect "silent where nothing is loaded" "" "$(PINS=$DIR/none tab bind lo '' 2>&1)"
	expect "no option that xovn refuses" "" "$(without "$(cat "$TOP"/doc/completion/* |
		grep -v '^#' | words)" "${OPTIONS[*]//=/} ${GLOBAL//=/}")"
}

net_init
LOAD="$XOVN --pin $PINS/a load --nb $DATA/switch-lb/nb.db --placement $PLACEMENT --chassis"
# shellcheck disable=SC2086
check "load" $LOAD node1
for cmd in $COMMANDS; do
	check_usage "$cmd"
	check_page "$cmd"
done
check_foreign
json_members load "load --json" --nb "$DATA/gateway/nb.db" --chassis node1 \
	--placement "$PLACEMENT" --dry-run
json_members check "check --json" --underlay lo --nb "$DATA/gateway/nb.db" --chassis node1 \
	--placement "$PLACEMENT"
json_members show "show --json"
json_members show "show --json with rates" --interval 0.1
json_members stats "stats drops --all --json" drops --all
for view in ports pipeline ct maps; do
	json_members stats "stats $view --json" "$view"
done
json_members top "top --json" --once --interval 0.1
json_members trace "trace --json" --nb "$DATA/base/nb.db" --placement "$PLACEMENT" \
	--inport ls1-vm1 --follow --reply "$MICROFLOW"
check_pages
check_install
check_completion tab
if command -v zsh >/dev/null; then
	check_completion ztab
else
	skip "completion of zsh" "no zsh"
fi
check_values
finish
