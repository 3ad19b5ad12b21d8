/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/resolver_files.h"

#include "dnssec/anchors.h"
#include "zone/zonefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_SIZE_MAX (1u << 20)
#define HINTS_MAX 64

/* Debian's package dns-root-data; DS first, as RFC 7958 publishes the anchors. */
static const char *const default_anchor_files[] = {"/usr/share/dns/root.ds", "/usr/share/dns/root.key"};

static int read_open_file(struct arena *arena, int fd, struct span *ret)
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_size > FILE_SIZE_MAX)
		return -EFBIG;
	size_t room = (size_t)status.st_size, size = 0;
	uint8_t *data = arena_alloc(arena, room + 1, 1);
	if (data == NULL)
		return -ENOMEM;
	ssize_t got = 1;
	while (size < room && (got = read(fd, data + size, room - size)) > 0)
		size += (size_t)got;
	if (got < 0)
		return -errno;
	*ret = span_of(data, size);
	return ERR_OK;
}

int small_file_read(struct arena *arena, const char *path, struct span *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	int err = read_open_file(arena, fd, ret);
	close(fd);
	return err;
}

/* --- Root hints --- */

struct hint_list {
	struct arena *arena;
	struct policy_server *servers;
	size_t count;
};

static int add_addresses(struct hint_list *list, struct name name, const struct rrset *rrset)
{
	size_t position = 0;
	struct span rdata;
	const uint8_t *wire = arena_copy(list->arena, name.wire, name.size, 1);
	if (wire == NULL)
		return -ENOMEM;
	while (rrset != NULL && list->count < HINTS_MAX && rrset_next(rrset, &position, &rdata))
		list->servers[list->count++] = (struct policy_server){
			.name = name_of(wire),
			.endpoint = {.addr = rrset->type == RR_AAAA ? ip_addr_v6(rdata.data) : ip_addr_v4(rdata.data),
				     .port = 53}};
	return ERR_OK;
}

/* The addresses of one family of every name server of the root that the file has. */
static int add_family(struct hint_list *list, const struct zone *zone, uint16_t type)
{
	const struct rrset *servers = zone_node_rrset(zone_apex_node(zone), RR_NS);
	size_t position = 0;
	struct span rdata;
	int err = ERR_OK;
	while (servers != NULL && err == ERR_OK && rrset_next(servers, &position, &rdata)) {
		const struct zone_node *node = zone_node_find(zone, name_of(rdata.data));
		if (node != NULL)
			err = add_addresses(list, name_of(rdata.data), zone_node_rrset(node, type));
	}
	return err;
}

/* A hints file is the start of a root zone without its SOA (RFC 1034 5.3.2); with one it is a zone like others. */
static int add_soa(struct zone_builder *builder)
{
	uint8_t soa[22] = {0}; /* two root names, five numbers */
	soa[21] = 1;
	return zone_builder_add(builder, name_root, RR_SOA, 3600, span_of(soa, sizeof(soa)), 0, 0);
}

static int parse_hints(const char *path, struct span text, struct finding_list *findings, struct zone **ret)
{
	struct zone_builder *builder;
	struct zonefile_options options = {.path = path, .origin = name_root, .generate_max = 1};
	int err = zone_builder_new(name_root, &builder);
	if (err != ERR_OK)
		return err;
	err = zonefile_parse_text(&options, text, builder, findings);
	if (err == ERR_OK)
		err = add_soa(builder);
	if (err == ERR_OK)
		return zone_builder_finish(builder, findings, ret, NULL);
	zone_builder_free(builder);
	return err;
}

/* The first error in the file, for the operator of the configuration. */
static void report_file(struct loader *loader, enum finding_code code, struct mark mark, const char *path,
			const struct finding_list *findings, const char *why)
{
	const struct finding *first = NULL;
	for (size_t i = 0; findings != NULL && i < finding_count(findings); i++) {
		const struct finding *finding = finding_at(findings, i);
		if (first == NULL && finding->severity == SEVERITY_ERROR)
			first = finding;
	}
	const char *fix = "install the package dns-root-data, or mend the path";
	if (first != NULL)
		source_report(loader->source, code, mark, path, "mend the file, or take that of dns-root-data",
			      "%s, line %u: %s", path, first->place.line, first->cause);
	else
		source_report(loader->source, code, mark, path, fix, "%s: %s.", path, why);
}

int hints_take(struct arena *arena, const char *path, struct span text, struct finding_list *findings,
               struct policy_server **ret, size_t *ret_count)
{
	struct hint_list list = {.arena = arena};
	struct zone *zone = NULL;
	list.servers = arena_alloc_zeroed(arena, HINTS_MAX * sizeof(*list.servers), _Alignof(max_align_t));
	int err = list.servers != NULL ? parse_hints(path, text, findings, &zone) : -ENOMEM;
	if (err == ERR_OK)
		err = add_family(&list, zone, RR_AAAA);
	if (err == ERR_OK)
		err = add_family(&list, zone, RR_A);
	*ret = list.servers;
	*ret_count = list.count;
	zone_free(zone);
	return err == ERR_OK && list.count == 0 ? ERR_NOT_FOUND : err;
}

static int take_hints(struct loader *loader, struct mark mark, struct config_hints *hints, struct span text)
{
	struct policy_server *servers = NULL;
	size_t count = 0;
	struct finding_list *findings = finding_list_new();
	int err = findings != NULL ? hints_take(loader->arena, hints->path, text, findings, &servers, &count) : -ENOMEM;
	if (err == ERR_NOT_FOUND)
		report_file(loader, FINDING_CONFIG_HINTS, mark, hints->path, NULL,
		            "it has no name server of the root with an address");
	else if (err != ERR_OK && err != -ENOMEM)
		report_file(loader, FINDING_CONFIG_HINTS, mark, hints->path, findings, err_text(err));
	hints->servers = (struct config_servers){.items = servers, .count = count};
	finding_list_free(findings);
	return err == -ENOMEM ? err : ERR_OK;
}

int hints_read(struct loader *loader, const struct config_service *service, struct config_hints *hints)
{
	const struct yaml_node *node = loader_service_key(loader, service, "root-hints");
	struct mark mark = node != NULL ? node->mark : (struct mark){0};
	if (mark.line == 0) /* the default: the service stands for it */
		mark = (struct mark){.line = service->line, .column = service->column};
	return hints_read_at(loader, mark, hints);
}

int hints_read_at(struct loader *loader, struct mark mark, struct config_hints *hints)
{
	struct span text;
	int err = small_file_read(loader->arena, hints->path, &text);
	if (err == -ENOMEM)
		return err;
	if (err == ERR_OK)
		return take_hints(loader, mark, hints, text);
	report_file(loader, FINDING_CONFIG_HINTS, mark, hints->path, NULL, err_text(err));
	return ERR_OK;
}

/* --- Trust anchors --- */

/* Is it what it should be: records that can be trusted, at least one? */
static int check_anchors(struct loader *loader, struct mark mark, const struct config_anchor_file *file)
{
	struct anchors *anchors = anchors_new();
	size_t line = 0;
	int err = anchors != NULL ? anchors_add_file_text(anchors, file->text, &line) : -ENOMEM;
	bool is_empty = err == ERR_OK && anchors_at(anchors, 0) == NULL;
	anchors_free(anchors);
	if (err == -ENOMEM)
		return err;
	if (is_empty)
		source_report(loader->source, FINDING_CONFIG_ANCHOR, mark, file->path, NULL,
			      "%s holds no DS or DNSKEY record.", file->path);
	else if (err != ERR_OK)
		source_report(loader->source, FINDING_CONFIG_ANCHOR, mark, file->path, "mend the line",
			      "%s, line %zu: this is no DS or DNSKEY record.", file->path, line);
	return ERR_OK;
}

int anchor_file_read_at(struct loader *loader, struct mark mark, const char *path, struct config_anchor_file *ret)
{
	*ret = (struct config_anchor_file){.path = path};
	int err = small_file_read(loader->arena, path, &ret->text);
	if (err == -ENOMEM)
		return err;
	if (err == ERR_OK)
		return check_anchors(loader, mark, ret);
	source_report(loader->source, FINDING_CONFIG_ANCHOR, mark, path,
		      "install the package dns-root-data, mend the path, or write trust-anchors:", "%s: %s.", path,
		      err_text(err));
	return ERR_OK;
}

/* Validation without an anchor validates nothing: Debian's are taken, and are shown as if they had been written. */
static int add_default_paths(struct loader *loader, struct config_service *service)
{
	struct config_resolver *resolver = &service->resolver;
	size_t count = sizeof(default_anchor_files) / sizeof(default_anchor_files[0]), i = 0;
	while (i + 1 < count && access(default_anchor_files[i], R_OK) != 0)
		i++;
	struct yaml_node *block = yaml_find(yaml_find(loader->tree, "services"), service->name);
	char list[64];
	snprintf(list, sizeof(list), "[%s]", default_anchor_files[i]);
	resolver->anchor_paths = (struct config_texts){.items = &default_anchor_files[i], .count = 1};
	return yaml_add(loader->arena, block, "trust-anchor-files", list) != NULL ? ERR_OK : -ENOMEM;
}

int anchor_files_read(struct loader *loader, struct config_service *service)
{
	struct config_resolver *resolver = &service->resolver;
	const struct yaml_node *node = loader_service_key(loader, service, "trust-anchor-files");
	struct mark mark = node != NULL ? node->mark : (struct mark){.line = service->line, .column = service->column};
	int err = ERR_OK;
	bool has_anchors = node != NULL || resolver->anchors.count > 0;
	if (resolver->validation == VALIDATION_OFF)
		return ERR_OK;
	if (!has_anchors)
		err = add_default_paths(loader, service);
	size_t count = resolver->anchor_paths.count;
	struct config_anchor_file *files =
		arena_alloc_zeroed(loader->arena, (count + 1) * sizeof(*files), _Alignof(struct config_anchor_file));
	if (err != ERR_OK || files == NULL)
		return -ENOMEM;
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		err = anchor_file_read_at(loader, mark, resolver->anchor_paths.items[i], &files[i]);
	resolver->anchor_files = files;
	resolver->anchor_file_count = count;
	return err;
}
