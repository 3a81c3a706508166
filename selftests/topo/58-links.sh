#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What pages name must be there: the files and headings that they link to,
# tests, make's targets, xovn's commands and their options; each reason of a drop
# is in the table of doc/troubleshooting.md, once; and the transcript of the
# first hour has what the pages let one type.
# shellcheck source=selftests/topo/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/deb/pages.sh
. "$TOP/selftests/deb/pages.sh"
cd "$TOP" || exit 1
PAGES=(README.md CONTRIBUTING.md SECURITY.md CHANGELOG.md doc/*.md)

# anchors FILE: its headings, as a browser names them
anchors() {
	sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' |
		sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# links: "PAGE TARGET" of all that lead to a file of ours
links() {
	local page
	for page in "${PAGES[@]}"; do
		grep -o '](\([^)]*\))' "$page" | sed "s|^](|$page |; s|)\$||"
	done | grep -v ' [a-z]*://'
}

broken() {
	local page target file
	while read -r page target; do
		file=${target%%#*}
		file=${file:+$(dirname "$page")/$file}
		file=${file:-$page}
		[ -e "$file" ] || echo "$page: $target"
		[[ $target != *#* ]] || anchors "$file" | grep -qx -e "${target#*#}" ||
			echo "$page: $target"
	done
}

# named PATTERN: words of pages
named() {
	grep -ho "$1" "${PAGES[@]}" | sort -u
}

# tests that a page tells to run, or names as what tries something
tests_missing() {
	local name
	named '\(topo\|unit\|prog\|vm\)/[0-9a-z_][0-9a-z_-]*' | while read -r name; do
		compgen -G "selftests/$name*" >/dev/null ||
			compgen -G "build/$name*" >/dev/null || echo "$name"
	done
}

targets_missing() {
	local name
	named '`\(sudo \)\?make [a-z][a-z-]*' | sed 's/.* //' | sort -u |
		while read -r name; do
			grep -q "^$name:" Makefile || echo "$name"
		done
}

# options_wrong: "COMMAND WORD" for each command and option behind "xovn" in
# code that xovn does not have.
options_wrong() {
	local commands cmd
	commands=$("$XOVN" --options | grep -v '^-')
	for cmd in $commands; do
		echo "$cmd $("$XOVN" "$cmd" --options | tr -d = | paste -s -d ' ')"
	done >"$DIR/options"
	awk '
		FNR == NR { for (i = 2; i <= NF; i++) takes[$1, $i]; commands[$1]; next }
		/^```/ { code = !code }
		{
			text = $0
			if (!code) { # what stands between backquotes
				n = split($0, part, "`")
				text = ""
				for (i = 2; i <= n; i += 2) text = text "; " part[i]
			}
			gsub(/xovn[.:-]/, "", text) # files, messages
			gsub(/[;|&()]/, " ; ", text)
			gsub(/[^-a-z0-9;]+/, " ", text)
			n = split(text, w, " ")
			cmd = ""
			for (i = 1; i <= n; i++) {
				if (w[i] == ";") cmd = ""
				else if (w[i] == "xovn" && w[i + 1] ~ /^[a-z]+$/ &&
					 (i == 1 || w[i - 1] == ";" || w[i - 1] == "sudo")) {
					cmd = w[++i]
					if (!(cmd in commands)) print FILENAME ": " cmd
				} else if (cmd != "" && w[i] ~ /^--[a-z]/ && w[i] != "--help" &&
					   !((cmd, w[i]) in takes))
					print FILENAME ": " cmd " " w[i]
			}
		}' "$DIR/options" "${PAGES[@]}" | sort -u
}

# what selftests/deb/first-hour would type, and its transcript does not have
untyped() {
	local n
	{
		for n in 1 2; do
			block README.md "Ten minutes" $n | sed 's/^sudo make test .*/sudo make test /'
		done
		for n in 1 2 3; do block doc/snapshot.md "To try it" $n; done
	} | while IFS= read -r line; do
		grep -qF -e "$line" doc/first-hour.md || echo "$line"
	done
}

net_init
"$XOVN" --pin "$PINS/a" load --nb "$DATA/base/nb.db" --placement "$PLACEMENT" --chassis node1 \
	--max-ports 64 --ct-max 64 >/dev/null 2>&1
reasons=$("$XOVN" --pin "$PINS/a" stats drops --all --json | jq -r '.[].reason' | sort)
at_least "reasons of drops" 40 "$(wc -l <<<"$reasons")"
expect "each is in the table of doc/troubleshooting.md, once, and no other" "" "$(diff \
	<(sed -n '/^## Each reason/,$p' doc/troubleshooting.md | grep '^|' |
		cut -d '|' -f 3 | grep -o '[A-Z][A-Z0-9_]\+' | sort) - <<<"$reasons")"
at_least "links between pages" 60 "$(links | wc -l)"
expect "each leads somewhere" "" "$(links | broken)"
expect "tests that are named are there" "" "$(tests_missing)"
expect "and make's targets" "" "$(targets_missing)"
at_least "commands in pages" 20 "$(named 'xovn [a-z][a-z]*' | wc -l)"
expect "xovn has each command and option" "" "$(options_wrong)"
expect "doc/first-hour.md is of today's pages: sudo selftests/deb/first-hour" "" "$(untyped)"
at_least "commands in it" 20 "$(grep -c '^me@.*\$ ' doc/first-hour.md)"
finish
