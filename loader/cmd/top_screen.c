// SPDX-License-Identifier: GPL-2.0-only
/* top on a terminal: the same lines, in place, with keys. */
#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/top.h"

#define PAIR_ALARM 1

static volatile sig_atomic_t ended_by;

struct view_state {
	struct top *t;
	struct top_rows rows;
	size_t first; /* row at the top */
	bool is_help;
	bool is_done;
};

static const char *const help[] = {
	"Tab, Shift-Tab     next, previous view",
	"1 ... 6            ports, routes, NAT rules, VIPs, tunnels, drops",
	"s, right, left     next, previous order: pps, bps, drops, name",
	"up, down           scroll by a line; PgUp, PgDn by a page; Home",
	"?                  this help;  any key leaves it",
	"q                  quit",
	"",
	"IN is what comes from a guest or the physical network (tunnels: from",
	"the other chassis), OUT what goes there.  ORIG is the direction in which",
	"a connection was opened.  DROPS are of packets that came in by a port,",
	"and of those that were to leave by it.  A GSO packet counts once.",
};

static void on_signal(int number)
{
	ended_by = number;
}

/* Lines do not wrap; what does not fit is cut. */
static void put_line(int y, int attributes, const char *text)
{
	if (y >= LINES)
		return;
	attrset(attributes);
	mvaddnstr(y, 0, text, -1);
	clrtoeol();
	if (attributes & A_REVERSE)
		mvchgat(y, 0, -1, attributes, 0, NULL);
	attrset(A_NORMAL);
}

static void put_tabs(int y, const struct top *t)
{
	move(y, 0);
	clrtoeol();
	for (int i = 0; i < TOP_VIEW_COUNT; i++) {
		attrset(i == (int)t->view ? A_BOLD | A_UNDERLINE : A_NORMAL);
		printw("%d %s", i + 1, top_views[i].name);
		attrset(A_NORMAL);
		addstr("  ");
	}
	printw("  by %s   ? help  q quit", top_sorts[t->sort]);
}

static bool is_dropping(const struct top_view *view, const struct top_row *row)
{
	for (int i = 0; i < TOP_NUMBERS; i++)
		if (view->number[i].unit == TOP_UNIT_DROPS && row->rate[i] > 0)
			return true;
	return false;
}

static size_t page(void)
{
	return LINES > 7 ? (size_t)LINES - 6 : 1;
}

static void draw_rows(struct view_state *v, int y)
{
	const struct top_view *view = &top_views[v->t->view];
	size_t width[TOP_TEXTS];
	char line[TOP_LINE];

	if (v->first >= v->rows.n)
		v->first = v->rows.n ? v->rows.n - 1 : 0;
	top_widths(view, &v->rows, (size_t)COLS, width);
	top_line(view, width, NULL, line);
	put_line(y++, A_REVERSE, line);
	for (size_t i = v->first; i < v->rows.n && y < LINES; i++) {
		const struct top_row *row = &v->rows.row[i];

		top_line(view, width, row, line);
		put_line(y++,
			 is_dropping(view, row) && has_colors() ?
				 (int)COLOR_PAIR(PAIR_ALARM) :
				 A_NORMAL,
			 line);
	}
	if (!v->rows.n)
		put_line(y, A_DIM, "none");
}

static void draw(struct view_state *v)
{
	char host[TOP_LINE], totals[TOP_LINE], full[TOP_LINE];
	int y = 0;

	top_summary(v->t, host, totals, full);
	erase();
	put_line(y++, A_BOLD, host);
	put_line(y++, A_NORMAL, totals);
	if (*full)
		put_line(y++,
			 has_colors() ? (int)COLOR_PAIR(PAIR_ALARM) : A_BOLD,
			 full);
	put_tabs(y++, v->t);
	y++;
	if (v->is_help)
		for (size_t i = 0; i < sizeof(help) / sizeof(help[0]); i++)
			put_line(y++, A_NORMAL, help[i]);
	else
		draw_rows(v, y);
	move(LINES - 1, 0);
	refresh();
}

static void scroll_by(struct view_state *v, long lines)
{
	if (lines < 0 && v->first < (size_t)-lines)
		v->first = 0;
	else
		v->first += (size_t)lines;
}

static void select_view(struct view_state *v, int view)
{
	v->t->view = (view + TOP_VIEW_COUNT) % TOP_VIEW_COUNT;
	v->first = 0;
}

static void select_sort(struct view_state *v, int sort)
{
	v->t->sort = (sort + TOP_SORT_COUNT) % TOP_SORT_COUNT;
	v->first = 0;
}

static void on_key(struct view_state *v, int key)
{
	if (v->is_help && key != KEY_RESIZE && key != 'q' && key != 'Q') {
		v->is_help = false;
		return;
	}
	switch (key) {
	case 'q':
	case 'Q':
		v->is_done = true;
		break;
	case '?':
	case 'h':
		v->is_help = true;
		break;
	case '\t':
		select_view(v, (int)v->t->view + 1);
		break;
	case KEY_BTAB:
		select_view(v, (int)v->t->view - 1);
		break;
	case 's':
	case KEY_RIGHT:
		select_sort(v, (int)v->t->sort + 1);
		break;
	case KEY_LEFT:
		select_sort(v, (int)v->t->sort - 1);
		break;
	case KEY_UP:
		scroll_by(v, -1);
		break;
	case KEY_DOWN:
		scroll_by(v, 1);
		break;
	case KEY_PPAGE:
		scroll_by(v, -(long)page());
		break;
	case KEY_NPAGE:
		scroll_by(v, (long)page());
		break;
	case KEY_HOME:
		v->first = 0;
		break;
	default:
		if (key >= '1' && key < '1' + TOP_VIEW_COUNT)
			select_view(v, key - '1');
	}
}

static int make_rows(struct view_state *v, struct error *e)
{
	int err;

	top_rows_free(&v->rows);
	err = top_rows_make(v->t, v->t->view, &v->rows);
	return err ? error_set(e, -err, "out of memory") : 0;
}

/* Keys until it is time for the next sample. */
static int handle_keys(struct view_state *v, double until, struct error *e)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	int key, err = 0;

	while (!err && !v->is_done && !ended_by) {
		double left = until - top_seconds();
		int n;

		if (left <= 0)
			return 0;
		n = poll(&in, 1, (int)(1000 * left) + 1);
		if (n < 0 && errno != EINTR)
			return error_set(e, errno, "terminal: %s",
					 strerror(errno));
		/* One that has hung up is readable, too: getch() would find
		 * nothing there again and again. */
		if (n > 0 && in.revents & (POLLHUP | POLLERR | POLLNVAL))
			return error_set(e, EIO, "the terminal is gone");
		/* A change of size interrupts poll() and comes as a key. */
		while ((key = getch()) != ERR)
			on_key(v, key);
		err = make_rows(v, e);
		if (!err)
			draw(v);
	}
	return err;
}

static int run(struct view_state *v, unsigned int n_samples, struct error *e)
{
	int err = 0;

	for (unsigned int i = 0; !err && !v->is_done && !ended_by; i++) {
		if (i && (!n_samples || i <= n_samples))
			err = top_sample(v->t, e);
		if (!err)
			err = make_rows(v, e);
		if (err)
			break;
		draw(v);
		if (n_samples && i >= n_samples)
			break;
		err = handle_keys(v, top_seconds() + v->t->interval, e);
	}
	return err;
}

/* Signals that would leave the terminal as it is now end the loop instead. */
static void catch_signals(struct sigaction old[], bool is_on)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction action = {.sa_handler = on_signal};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], is_on ? &action : &old[i],
			  is_on ? &old[i] : NULL);
}

int top_screen(struct top *t, unsigned int n_samples, struct error *e)
{
	struct view_state v = {.t = t};
	struct sigaction old[4];
	SCREEN *screen;
	int err;

	setlocale(LC_CTYPE, "");
	catch_signals(old, true);
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		const char *term = getenv("TERM");

		catch_signals(old, false);
		return error_set(e, EINVAL,
				 "TERM=%s is no terminal that can be drawn on; "
				 "--once, or a pipe, gives plain lines",
				 term ? term : "");
	}
	cbreak();
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
	if (has_colors()) {
		start_color();
		use_default_colors();
		init_pair(PAIR_ALARM, COLOR_RED, -1);
	}
	err = run(&v, n_samples, e);
	endwin();
	delscreen(screen);
	top_rows_free(&v.rows);
	catch_signals(old, false);
	/* As who sent it expects. */
	if (!err && ended_by)
		raise(ended_by);
	return err;
}
