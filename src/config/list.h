/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists in a configuration: what all kinds that hold one share.
 * Lives for one config_load; what is read lies in the loader's arena.
 * Never keeps an entry that was refused: the others are kept, and the findings say what is wrong.
 */
#ifndef CONFIG_LIST_H
#define CONFIG_LIST_H

#include "config/load.h"

/* A list, or a single value that stands for a list of one. */
struct items {
	const struct yaml_node *next;
	size_t count;
	bool is_single;
};

/* ERR_FINDINGS: a block, nothing, or more or fewer entries than the row allows. */
int items_take(struct loader *loader, const struct option *option, const struct yaml_node *node,
	       struct items *ret) MUST_USE;
/* NULL behind the last. */
const struct yaml_node *items_next(struct items *items);
/* An entry that is a word. ERR_FINDINGS: reported. */
int item_check(struct loader *loader, const struct option *option, const struct yaml_node *item) MUST_USE;

/* How an entry is read. ret: room for size octets, zeroed. */
struct item_reader {
	size_t size;
	int (*read)(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret);
};

/* Stores {items, count} at member: any of the list structs of config_resolver.h. */
int list_read(struct loader *loader, const struct option *option, const struct yaml_node *node,
	      const struct item_reader *reader, void *member) MUST_USE;

/* Entries that other readers need, too. */
int item_address(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret) MUST_USE;
int item_server(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret) MUST_USE;
int item_net(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret) MUST_USE;
int item_nat64(struct loader *loader, const struct option *option, const struct yaml_node *item, void *ret) MUST_USE;
/* ERR_FINDINGS: reports why the word is no address. */
int address_refuse(struct loader *loader, const struct option *option, const struct yaml_node *item, int why);

#endif
