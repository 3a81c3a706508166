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

# Byte order (__be16, __be32 of the kernel's headers) and what else sparse
# knows, a process a file: several in one share what they include.  It does not
# know gcc's atomics on enums, nor attributes of the C library, nor (user
# space's headers leave it empty) __force; a cast to a byte is meant.  What
# includes a skeleton waits for a build, and that is bpftool's to write; and the
# C library's htons() gives no __be16, which sockaddr_ll asks for.
# shellcheck disable=SC2016 # sh -c expands it
sparse_one='out=$(sparse -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
	-Iinclude -Iloader -I. -Imaps -DXOVN_VERSION=\"lint\" \
	"-D__atomic_load_n(p,order)=(*(p))" \
	"-D__sync_bool_compare_and_swap(p,a,b)=(*(p)==(a)&&((*(p)=(b)),1))" \
	-Wbitwise -Wdecl -Wreturn-void -Wuninitialized -Wvla \
	-Wno-unknown-attribute -Wno-transparent-union -Wno-cast-truncate \
	"-D__force=__attribute__((force))" "$1" 2>&1)
[ -z "$out" ] || { echo "$out"; exit 1; }'
echo "$c_files" | grep '^\(\./\)\?loader/.*\.c$' |
	xargs grep -L 'skel\.h"\|sll_protocol = htons' |
	xargs -P 2 -n 1 sh -c "$sparse_one" sparse || complain "sparse"

# .clang-tidy says which checks and why.  Skeletons are there (make lint builds
# them); what is compiled for BPF is not user space's C.
# shellcheck disable=SC2016 # sh -c expands it
tidy_some='out=$(clang-tidy --quiet "$@" -- -std=gnu11 -D_GNU_SOURCE \
	-D_FILE_OFFSET_BITS=64 -Iinclude -Iloader -I. -Imaps -Iselftests/lib \
	-Ibuild -DXOVN_VERSION=\"lint\" -DXOVN_TEST_DATA=\"lint\" 2>&1) ||
	{ echo "$out"; exit 1; }'
echo "$c_files" | grep '^\(\./\)\?\(loader\|selftests\)/.*\.c$' |
	grep -v '\.bpf\.c$' |
	xargs -P 2 -n 8 sh -c "$tidy_some" tidy || complain "clang-tidy"

# shellcheck disable=SC2086
shellcheck -x $sh_files || complain "shellcheck"

for f in $c_files $sh_files; do
	n=$(wc -l <"$f")
	[ "$n" -le 450 ] || complain "$f has $n lines; one topic, at most 450"
	grep -q 'SPDX-License-Identifier:' "$f" || complain "$f: no SPDX line"
	grep -nE '[[:space:]]+$' "$f" && complain "$f: trailing white space"
done
exit $status
