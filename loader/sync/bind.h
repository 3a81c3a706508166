/* SPDX-License-Identifier: GPL-2.0-only */
/* VIFs: which interface of this host is which logical port. */
#ifndef XOVN_SYNC_BIND_H
#define XOVN_SYNC_BIND_H

#include <stddef.h>

#include "compile/compile.h"
#include "error.h"
#include "sync/attachment.h"
#include "sync/netlink.h"
#include "sync/state.h"

/* What is bound, for the compiler: interfaces that were deleted are left out
 * and counted in *n_gone.  *list is malloc()ed. */
int bindings_read(const struct state *s, struct compile_binding **list,
		  size_t *n, size_t *n_gone, struct error *e);
/* What one VIF is bound to; lsp "" where "vif" has no entry (yet). */
void binding_describe(const struct state *s, const struct attachment *a,
		      struct compile_binding *b);
/* Removes records and pins of interfaces that were deleted. */
int bindings_purge(const struct state *s, struct error *e);

/* Ends a binding in the order that keeps the host's stack clean of guest
 * frames: delivery first, then the program that takes frames. */
int binding_remove(struct state *s, struct netlink *nl,
		   const struct attachment *a, struct error *e);

/* Is there such a port, a VIF, and placed here?  0, or -errno with e filled. */
int bind_check(const struct state *s, const char *lsp, struct error *e);
int bind_iface(struct state *s, const char *ifname, const char *lsp,
	       struct error *e);
/* lsp: receives the name of the port, for the message. */
int unbind_iface(struct state *s, const char *ifname, char lsp[XOVN_NAME_LEN],
		 struct error *e);

#endif /* XOVN_SYNC_BIND_H */
