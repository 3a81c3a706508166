#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A page of the manual for scdoc(1), on stdout: a line "@LIST@" becomes the
# entries of that list in include/, the one that the program prints from.
# usage: manpage.sh FILE.scd
set -eu
cd "$(dirname "$0")/.."

# entries HEADER LIST NAME,FIELD...: "NAME|field|..." a line
entries() {
	printf '#include "%s"\n#define X(%s) @@%s\n%s(X)\n' "$1" "$3" \
		"$(echo "$3" | sed 's/, */ @ /g')" "$2" |
		${CC:-cc} -E -P -Iinclude -x c - | tr '\n' ' ' |
		sed 's/@@/\n/g' | sed -n '1d; s/" *"//g; s/"//g; s/ *@ */|/g; s/ *$//p'
}

list() {
	case $1 in
	drop_reasons) entries drop.h XOVN_DROP_REASONS "number, name, what, where" |
		awk -F'|' '{ print "*" $2 "*\n\t" $3 ". Look at: " $4 ".\n" }' ;;
	ct_states) entries ct.h XOVN_CT_STATES "name, timeout, is_embryonic" |
		awk -F'|' '$1 != "FREE" { printf "*%s*\n\t%d s%s\n\n", $1, $2,
			$3 == 1 ? "; gives way where no record is free" : "" }' ;;
	ct_events) entries ct.h XOVN_CT_EVENTS "name, what" |
		awk -F'|' '{ print "*" $1 "*\n\t" $2 ".\n" }' ;;
	*)
		echo "manpage.sh: $page: no list named $1" >&2
		exit 1
		;;
	esac
}

page=$1
while IFS= read -r line; do
	case $line in
	@*@) list "$(echo "$line" | tr -d @)" ;;
	*) printf '%s\n' "$line" ;;
	esac
done <"$page"
