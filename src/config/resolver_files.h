/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files that a resolver service reads at load: root hints and trust anchors.
 * Lives for one config_load; contents lie in the loader's arena.
 * Never reads anything but regular files, and no more of one than 1 MiB.
 */
#ifndef CONFIG_RESOLVER_FILES_H
#define CONFIG_RESOLVER_FILES_H

#include "config/load.h"
#include "resolver/policy.h"

/* A regular file, at most 1 MiB of it, into the arena. -errno. */
int small_file_read(struct arena *arena, const char *path, struct span *ret) MUST_USE;
/* The root servers and addresses of a file like named.root. ERR_NOT_FOUND: it has none; else as zonefile_parse_text,
 * with findings. */
int hints_take(struct arena *arena, const char *path, struct span text, struct finding_list *findings,
               struct policy_server **ret, size_t *ret_count) MUST_USE;
/* The servers of a named.root file into hints->servers. -ENOMEM; all else is reported. */
int hints_read(struct loader *loader, const struct config_service *service, struct config_hints *hints) MUST_USE;
/* The same for hints that stand elsewhere: mark is where a file that cannot be used is told. */
int hints_read_at(struct loader *loader, struct mark mark, struct config_hints *hints) MUST_USE;
/* A file of trust anchors. -ENOMEM; all else is reported. */
int anchor_file_read_at(struct loader *loader, struct mark mark, const char *path,
			struct config_anchor_file *ret) MUST_USE;
/* The anchor files that are named, else Debian's. -ENOMEM; all else is reported. */
int anchor_files_read(struct loader *loader, struct config_service *service) MUST_USE;

#endif
