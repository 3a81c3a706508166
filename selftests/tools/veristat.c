// SPDX-License-Identifier: GPL-2.0-only
/*
 * veristat OBJECT...: what each program of BPF objects costs the kernel that
 * loads it.  A line for each, tabs between: series of the kernel, program,
 * instructions that the verifier processed, bytes of stack and frames of the
 * worst chain of calls, instructions and bytes of machine code in the kernel.
 * A program with trace points has a second line, NAME+trace: switched on, as
 * xovn trace loads it.
 *
 * Stack and frames are what Linux 6.1 counts, whatever kernel runs: each
 * frame in steps of 32 bytes, calls in dead code too (check_max_stack_depth()
 * in kernel/bpf/verifier.c); newer kernels count less.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define SUBPROGS 256 /* the kernel's BPF_MAX_SUBPROGS */
#define FRAME_STEP 32 /* bytes */
#define LOG_STATS 4 /* BPF_LOG_STATS: no line per instruction */

struct chain {
	unsigned int stack; /* bytes */
	unsigned int frames;
};

/* A function of a program; the first is the program itself. */
struct subprog {
	size_t start; /* instruction */
	__u32 type; /* its id in the object's BTF */
	unsigned int depth; /* bytes, as the verifier found it */
	bool is_known; /* worst is */
	struct chain worst;
};

struct code {
	const struct bpf_insn *insns;
	size_t n_insns;
	struct subprog sub[SUBPROGS];
	size_t n;
};

static char series[32];
static char verifier_log[1 << 20];

static void die(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
static void die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "veristat: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(1);
}

/* ---- calls ---- */

/* The instruction that is called from i, or made a callback by it. */
static bool callee(const struct code *c, size_t i, size_t *start)
{
	const struct bpf_insn *insn = &c->insns[i];

	if ((insn->code == (BPF_JMP | BPF_CALL) &&
	     insn->src_reg == BPF_PSEUDO_CALL) ||
	    (insn->code == (BPF_LD | BPF_IMM | BPF_DW) &&
	     insn->src_reg == BPF_PSEUDO_FUNC)) {
		*start = i + insn->imm + 1;
		return true;
	}
	return false;
}

static size_t subprog_find(const struct code *c, size_t start)
{
	size_t k = 0;

	while (k < c->n && c->sub[k].start != start)
		k++;
	return k;
}

static int start_compare(const void *a, const void *b)
{
	const struct subprog *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void subprogs_find(struct code *c, const char *name)
{
	size_t start;

	c->n = 1;
	for (size_t i = 0; i < c->n_insns; i++) {
		if (!callee(c, i, &start) || subprog_find(c, start) < c->n)
			continue;
		if (c->n == SUBPROGS)
			die("%s: more than %d functions", name, SUBPROGS);
		c->sub[c->n++].start = start;
	}
	qsort(c->sub, c->n, sizeof(*c->sub), start_compare);
}

/* BPF has no recursion: the verifier has accepted the program. */
static struct chain worst(struct code *c, size_t k)
{
	struct subprog *s = &c->sub[k];
	size_t end = k + 1 < c->n ? c->sub[k + 1].start : c->n_insns;
	unsigned int depth = s->depth ? s->depth : 1, start_stack;
	struct chain below;
	size_t start;

	if (s->is_known)
		return s->worst;
	start_stack = (depth + FRAME_STEP - 1) / FRAME_STEP * FRAME_STEP;
	s->worst = (struct chain){start_stack, 1};
	for (size_t i = s->start; i < end; i++) {
		if (!callee(c, i, &start))
			continue;
		below = worst(c, subprog_find(c, start));
		if (below.stack + start_stack > s->worst.stack)
			s->worst.stack = below.stack + start_stack;
		if (below.frames + 1 > s->worst.frames)
			s->worst.frames = below.frames + 1;
	}
	s->is_known = true;
	return s->worst;
}

/* ---- what the verifier says ---- */

/*
 * "stack depth 96+32+0": a number per function, in the order of the code; Linux
 * 7 adds " max 128".
 * Functions that only dead code calls have been removed, so that the order
 * alone does not name the rest.  When all trace points are on nothing is dead:
 * that load, which comes first, tells which type each function is of.
 */
static void depths_read(struct code *c, const char *name, int fd)
{
	static struct bpf_func_info func[SUBPROGS];
	static const char title[] = "stack depth ";
	const char *line = strstr(verifier_log, title), *p = line;
	struct bpf_prog_info info = {.func_info = (__u64)(unsigned long)func,
				     .func_info_rec_size = sizeof(*func),
				     .nr_func_info = SUBPROGS};
	__u32 len = sizeof(info);
	size_t k = 0, n = 0;
	char *end;

	if (!p || bpf_obj_get_info_by_fd(fd, &info, &len))
		die("%s: the kernel tells no stack depth", name);
	if (!c->sub[0].type && info.nr_func_info != c->n)
		die("%s: %u of %zu functions are left; which is unknown", name,
		    info.nr_func_info, c->n);
	p += strlen(title) - 1;
	for (; *p == (n ? '+' : ' ') && n < info.nr_func_info; p = end) {
		while (k < c->n && c->sub[k].type &&
		       c->sub[k].type != func[n].type_id)
			k++;
		if (k == c->n)
			break;
		c->sub[k].type = func[n++].type_id;
		c->sub[k++].depth = strtoul(p + 1, &end, 10);
	}
	if (n != info.nr_func_info ||
	    (*p != '\n' && strncmp(p, " max ", strlen(" max "))))
		die("%s: stack depths are not those of its %u functions: %.*s",
		    name, info.nr_func_info, (int)strcspn(line, "\n"), line);
}

static void refused(const char *path, const char *name, int err)
{
	char *line = verifier_log, *last = NULL;

	for (line = strtok(line, "\n"); line; line = strtok(NULL, "\n"))
		if (strncmp(line, "processed ", 10) &&
		    strncmp(line, "cur state:", 10) &&
		    strncmp(line, "old state:", 10) &&
		    strncmp(line, "verification time", 17) &&
		    strncmp(line, "stack depth ", 12))
			last = line;
	die("%s: %s: Linux %s refuses it: %s", path, name, series,
	    last ? last : strerror(-err));
}

/* ---- loading ---- */

/* Switches the trace points (bpf/trace.h); false: there are none. */
static bool trace_set(const struct bpf_object *obj, __u32 on)
{
	static const char suffix[] = ".rodata.trace";
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		const char *name = bpf_map__name(map);
		size_t len = strlen(name);

		if (len < strlen(suffix) ||
		    strcmp(name + len - strlen(suffix), suffix))
			continue;
		if (bpf_map__set_initial_value(map, &on, sizeof(on)))
			die("%s: more than a switch in it", name);
		return true;
	}
	return false;
}

static void program_print(const struct bpf_program *p, struct code *c,
			  const char *title)
{
	struct bpf_prog_info info = {0};
	int fd = bpf_program__fd(p);
	__u32 len = sizeof(info);
	struct chain chain;

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		die("%s: %s", title, strerror(errno));
	c->insns = bpf_program__insns(p);
	c->n_insns = bpf_program__insn_cnt(p);
	if (!c->n)
		subprogs_find(c, title);
	for (size_t k = 0; k < c->n; k++) {
		c->sub[k].depth = 0;
		c->sub[k].is_known = false;
	}
	depths_read(c, title, fd);
	chain = worst(c, 0);
	printf("%s\t%s\t%u\t%u\t%u\t%zu\t%u\n", series, title,
	       info.verified_insns, chain.stack, chain.frames,
	       info.xlated_prog_len / sizeof(struct bpf_insn),
	       info.jited_prog_len);
}

/* One program of an object at a time, so that the log is its own.  False when
 * the object has no program of that number. */
static bool program_load(const char *path, size_t number, struct code *c,
			 bool is_traced)
{
	struct bpf_object *obj = bpf_object__open_file(path, NULL);
	struct bpf_program *p, *wanted = NULL;
	char title[128];
	int err;

	if (!obj)
		die("%s: %s; is it a BPF object?", path, strerror(errno));
	bpf_object__for_each_program(p, obj)
	{
		bpf_program__set_autoload(p, !number);
		if (!number--)
			wanted = p;
	}
	if (wanted && (trace_set(obj, is_traced) || !is_traced)) {
		snprintf(title, sizeof(title), "%s%s",
			 bpf_program__name(wanted), is_traced ? "+trace" : "");
		*verifier_log = '\0';
		bpf_program__set_log_level(wanted, LOG_STATS);
		bpf_program__set_log_buf(wanted, verifier_log,
					 sizeof(verifier_log));
		err = bpf_object__load(obj);
		if (err)
			refused(path, title, err);
		program_print(wanted, c, title);
	}
	bpf_object__close(obj);
	return wanted;
}

static int silent(enum libbpf_print_level level, const char *format,
		  va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

int main(int argc, char **argv)
{
	struct utsname u;
	unsigned int major, minor;
	static struct code code;

	if (argc < 2) {
		fprintf(stderr, "usage: veristat OBJECT...\n");
		return 2;
	}
	if (uname(&u) || sscanf(u.release, "%u.%u", &major, &minor) != 2)
		die("this kernel's version is unknown");
	snprintf(series, sizeof(series), "%u.%u", major, minor);
	libbpf_set_print(silent);
	for (int i = 1; i < argc; i++) {
		for (size_t n = 0;; n++) {
			memset(&code, 0, sizeof(code));
			if (!program_load(argv[i], n, &code, true))
				break;
			program_load(argv[i], n, &code, false);
		}
	}
	return 0;
}
