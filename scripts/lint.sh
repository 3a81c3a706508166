#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# make lint: formatting, static checks, file length.  Every check runs;
# the exit code says whether one of them complained.
set -u
cd "$(dirname "$0")/.." || exit 1
status=0
complain() {
	echo "lint: $*"
	status=1
}

c_files=$(git ls-files -co --exclude-standard '*.c' '*.h' 2>/dev/null ||
	find . -path ./build -prune -o -name '*.[ch]' -print)
c_files=$(echo "$c_files" | grep -v '^\(\./\)\?vmlinux\.h$')
sh_files=$(git ls-files -co --exclude-standard 2>/dev/null ||
	find . -path ./build -prune -o -type f -print)
sh_files=$(for f in $sh_files; do
	head -n 1 "$f" 2>/dev/null | tr -d '\0' |
		grep -q '^#!.*sh$' && echo "$f"
done)

# shellcheck disable=SC2086
clang-format --dry-run --Werror $c_files || complain "clang-format -i is due"

# BPF objects are clang's and the verifier's to check.
# shellcheck disable=SC2046
cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
	--enable=warning,performance,portability --suppress=missingInclude \
	--suppress=missingIncludeSystem --suppress=unknownMacro \
	--suppress=normalCheckLevelMaxBranches \
	-j 2 -Iinclude -Iloader -D_GNU_SOURCE \
	$(echo "$c_files" | grep '^\(\./\)\?loader/.*\.c$') ||
	complain "cppcheck"

# shellcheck disable=SC2086
shellcheck -x $sh_files || complain "shellcheck"

for f in $c_files $sh_files; do
	n=$(wc -l <"$f")
	[ "$n" -le 450 ] || complain "$f has $n lines; one topic, at most 450"
	grep -q 'SPDX-License-Identifier:' "$f" || complain "$f: no SPDX line"
	grep -nE '[[:space:]]+$' "$f" && complain "$f: trailing white space"
done
exit $status
