// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/files.h"

#include <errno.h>

static int read_nb(const char *path, struct nb *nb, struct error *e)
{
	struct ovsdb *db;
	int ret = ovsdb_read(path, "OVN_Northbound", nb_columns, &db, e);

	if (ret)
		return ret;
	ret = nb_from_ovsdb(db, nb, e);
	ovsdb_free(db);
	return ret;
}

static int read_sb(const char *path, struct placement *placement,
		   struct error *e)
{
	struct ovsdb *db;
	int ret = ovsdb_read(path, "OVN_Southbound", placement_sb_columns, &db,
			     e);

	if (ret)
		return ret;
	ret = placement_read_sb(db, placement, e);
	ovsdb_free(db);
	return ret;
}

int network_files_read(const struct network_files *f, struct nb *nb,
		       struct placement *placement, struct error *e)
{
	int ret;

	if (f->sb && f->placement)
		return error_set(e, EINVAL,
				 "--sb and --placement both say where ports "
				 "are; give one of them");
	ret = read_nb(f->nb, nb, e);
	if (!ret && f->sb)
		ret = read_sb(f->sb, placement, e);
	if (!ret && f->placement)
		ret = placement_read_file(f->placement, placement, e);
	return ret;
}
