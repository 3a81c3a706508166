# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Commands that pages give, to be typed as they stand there.

# block PAGE SECTION N: the Nth block of a section whose heading begins so
block() {
	awk -v section="## $2" -v n="$3" '
		/^## / { here = index($0, section) == 1 }
		here && /^```/ { inside = !inside; count += inside; next }
		here && inside && count == n' "$1"
}

# page FUNCTION PAGE SECTION N: FUNCTION with each command of a block, until
# it fails.
page() {
	local function=$1 line command='' count=0
	shift
	while IFS= read -r line <&3; do
		command+=${command:+$'\n'}$line
		[[ $line != *\\ && $line != *'|' ]] || continue
		bash -n -c "$command" 2>/dev/null || continue
		"$function" "$command" || return 1
		command='' count=$((count + 1))
	done 3< <(block "$@")
	if [ $count = 0 ] || [ -n "$command" ]; then
		fail "$1, $2, block $3" "unfinished, or has no command: $command"
		return 1
	fi
}
