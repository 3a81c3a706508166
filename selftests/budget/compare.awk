# SPDX-License-Identifier: GPL-2.0-only
# Figures of the programs (second file, rows as in figures.tsv) against those
# in git (first file): a line of TAP for each.  Compared is with the rows of
# the same clang, of the same Debian where there is a choice, and of the
# newest kernel that is not newer than the one that was measured.
# -v renew=COMMAND: what writes the new figures; -v grown=10: per cent.
BEGIN {
	FS = "\t"
	split("kernel debian clang program insns stack frames xlated jited", name, " ")
	LIMIT[6] = 512 # bytes, MAX_BPF_STACK
	LIMIT[7] = 8 # MAX_CALL_FRAMES
}

function series(version, part)
{
	split(version, part, ".")
	return part[1] * 1000 + part[2]
}

/^#/ || $1 == "kernel" { next }

FNR == NR {
	n++
	for (i = 1; i <= 9; i++)
		old[n, i] = $i
	next
}

# The row to compare with, 0: none.
function row_find(best, i)
{
	best = 0
	for (i = 1; i <= n; i++) {
		if (old[i, 3] != $3 || old[i, 4] != $4 || series(old[i, 1]) > series($1))
			continue
		if (!best || series(old[i, 1]) > series(old[best, 1]) ||
		    (old[i, 1] == old[best, 1] && old[i, 2] == $2))
			best = i
	}
	return best
}

{
	title = $4 ", Linux " $1 ", clang " $3 " of Debian " $2
	said = ""
	for (i = 6; i <= 7; i++)
		if ($i > LIMIT[i])
			said = said "#   " $4 ": " name[i] " " $i \
				", more than the " LIMIT[i] " of Linux 6.1\n"
	row = row_find()
	for (i = 5; row && i <= 9; i++)
		if (i != 6 && i != 7 && $i * 100 > old[row, i] * (100 + grown))
			said = said "#   " $4 ": " name[i] " " old[row, i] " -> " $i \
				" (Linux " old[row, 1] "), more than " grown \
				" %; if it must be: " renew "\n"
	figures = $5 " instructions, " $6 " bytes and " $7 " frames of stack, " \
		$8 " in the kernel, " $9 " bytes of machine code"
	if (said != "") {
		print "not ok - " title ": " figures
		printf "%s", said
		bad = 1
	} else if (!row) {
		print "ok - " title ": " figures " # SKIP no figures of this" \
			" clang and a kernel as old as this; limits of stack hold"
	} else {
		print "ok - " title ": " figures
	}
}

END { exit bad }
