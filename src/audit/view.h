/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A zone as an audit sees it: its name servers as the parent and as the zone itself name them, each address over each
 * family, and what each answered.
 * A pure function of the facts; everything is made in the arena of the walk.
 * Never judges: checks do.
 */
#ifndef AUDIT_VIEW_H
#define AUDIT_VIEW_H

#include "audit/secure.h"
#include "dns/rrset.h"
#include "ip/prefix.h"

#define VIEW_NAMES 2 /* the zone, www below it */
#define VIEW_TYPES 3
#define VIEW_SIZES 8
#define VIEW_ADDRESSES_MAX 8 /* of one server and family */

enum way_state {
	WAY_OPEN, /* not known yet */
	WAY_GOOD,
	WAY_BAD,      /* an answer, but not what it should be */
	WAY_SILENT,   /* nothing came back, or a refusal */
	WAY_UNTESTED, /* not from here */
	WAY_STATE_COUNT
};

/* What the wire carries from an address: sizes in octets, of messages over UDP and of segments over TCP. */
struct view_wire {
	uint16_t udp_sent;       /* of the largest answer that it sends whole over UDP, where 4096 are allowed; 0: not known */
	uint16_t udp_passed;     /* of the largest that arrived */
	uint16_t udp_lost;       /* of the smallest that did not, while the same question for a shorter one is answered; 0: none */
	uint16_t fragment;       /* of the largest packet, where an answer came in several; 0: none did */
	const struct fact *stream; /* several questions on one connection; NULL: not asked */
	uint16_t segment;          /* that it announces, as far as our link shows; 0: not known */
	uint16_t segment_passed;   /* the largest in which a large answer arrived */
	uint16_t segment_lost;     /* the smallest in which it did not, though the connection stood; 0: none */
};

struct view_address {
	struct ip_endpoint endpoint;
	bool is_glue;            /* the delegation has it */
	bool is_child;           /* the zone (or the zone that the name is in) has it */
	bool is_embedded;        /* not asked: nobody can be reached there */
	enum way_state udp, tcp; /* SOA of the zone, with authority */
	enum way_state large;    /* an answer with EDNS 1232 and DO, where there is one to small questions */
	enum way_state same;     /* SOA and NS are those of the first good address */
	const struct fact *soa;  /* the one over UDP */
	const struct fact *soa_tcp;
	const struct service_address *pointer; /* its names in the reverse tree; NULL: not looked up */
	struct view_probe *probe; /* what it replies to further questions: view_servers.h; NULL: it was not asked */
	uint32_t serial, serial_later; /* later: where the first ones differ, some seconds afterwards */
	bool has_serial_later;
	bool is_other_primary; /* its SOA names another primary server than that of the first good address */
	bool is_other_set;     /* so does its NS set, other name servers */
	bool has_edns;
	uint16_t edns_size; /* that it says it takes */
	struct view_wire wire;
	const struct fact *tls; /* a question over TLS; NULL: not asked */
	const struct fact *https; /* the same over HTTPS */
	const struct fact *transfer; /* the whole zone; NULL: not asked */
};

struct view_family {
	struct view_address addresses[VIEW_ADDRESSES_MAX];
	unsigned count;
	bool has_glue, has_child;
	uint32_t child_ttl_s;   /* of the addresses, where somebody with authority has them */
	bool is_child_known;    /* somebody with authority was asked */
	bool is_child_unseen;   /* nobody could be asked from here */
	enum chain_cause cause; /* why it is of no use to who follows the delegation over this family */
	const struct chain *through;
};

/* dohpath of RFC 9461 5. */
enum view_path_state { VIEW_PATH_GOOD, VIEW_PATH_ABSENT, VIEW_PATH_WRONG, VIEW_PATH_LONG };

struct view_server {
	struct name name;
	struct name home; /* the zone that the name is in, as far down as it was seen: its operator's */
	bool is_in_parent, is_in_child; /* of the delegation's NS set, of the zone's own */
	bool is_in_domain, is_sibling, is_alias;
	bool is_dot_published, is_doh_published; /* by _dns SVCB (RFC 9461), for the server's own name; DoH: with ALPN h2 */
	uint16_t dot_port, doh_port;
	enum view_path_state doh_path_state;
	const char *doh_path; /* NULL: there is none that could be asked */
	struct view_family families[FAMILY_COUNT];
};

/* An answer of the zone, by its size. */
struct view_size {
	struct name name;
	uint16_t type;
	uint16_t octets;
};

/* V02: what this host gets from others than the zone's servers, looked at where something is lost. */
struct view_path {
	uint16_t udp_seen;   /* octets of the largest answer over UDP */
	unsigned udp_holes;  /* servers above the zone whose larger answers do not arrive either */
	bool is_tcp_lost;    /* nobody answers this host over TCP, neither the zone's servers nor those above it */
	uint16_t tcp_seen;   /* octets of the largest segments in which a large answer came */
};

struct view {
	struct name zone;
	struct name parent;                       /* the zone that delegates */
	const struct chain *chains[FAMILY_COUNT]; /* of the zone; where that was not reached, the last one that was */
	enum chain_state states[FAMILY_COUNT];    /* of the zone itself: BROKEN too where an ancestor is */
	const struct given *given; /* the operator gave the delegation, or a part of it; NULL: as the parent has it */
	enum chain_state dual;                    /* over both families together; judged where neither is good alone */
	bool is_absent;     /* there is no such zone */
	bool has_child_set; /* the zone's own NS set is known */
	bool is_signed, is_signed_known;
	const struct rrset *dnskey; /* of the zone; NULL: none, or not known */
	const struct rrset *ds;     /* of the parent, or as given; NULL: none, or not known */
	/* Of the zone and of www below it, over each family; [1]: AAAA, [2]: A, [0]: SOA of the zone alone. */
	struct secure secure[FAMILY_COUNT][VIEW_NAMES][VIEW_TYPES];
	struct view_server servers[CHAIN_SERVERS_MAX];
	unsigned server_count;
	const struct rrset_view *child_ns; /* NULL: not known */
	const struct validator_view *validators; /* audit/validators.h */
	unsigned validator_count;
	struct view_size sizes[VIEW_SIZES]; /* ascending */
	unsigned size_count;
	struct view_path paths[FAMILY_COUNT];
	const struct ip_prefix *pref64; /* NAT64 prefixes that the operator declared */
	size_t pref64_count;
	const struct asn_table *asns; /* NULL: none was given */
	const struct view_referral *referrals[FAMILY_COUNT]; /* audit/view_parent.h; NULL: there is none, or it was not asked */
	const struct nat64 *nat64;     /* NULL: this host is behind none */
	bool is_ipv4_translated;       /* this host's IPv4 leads through a translator (CLAT) */
	bool has_serial, has_serial_later;
	uint32_t serial, serial_later; /* of the first good address */
	struct name primary;           /* MNAME of its SOA */
	uint64_t now_s;                /* the wall clock of signatures */
};

/* Wants what is missing; the view is whole when walk->open stays 0. */
void view_fill(struct walk *walk, struct name zone, struct view *ret);
/* The serial of the SOA that the fact gives with authority. False: it gives none. */
bool view_serial(struct walk *walk, const struct view *view, const struct fact *fact, uint32_t *ret);
/* What a fact says of its address; is_right: a reply is what it should be. */
enum way_state view_way(const struct fact *fact, bool is_right);
/* view_wire.c: whether TCP leads anywhere from here, where the zone's servers do not answer over it. */
void view_tcp_take(struct walk *walk, struct view *view);
/* view_wire.c: sizes and segments, when the rest is known. */
void view_wire_take(struct walk *walk, struct view *view);
/* view_tls.c: encrypted transport, where it is published or --tls asks for it. */
void view_tls_take(struct walk *walk, struct view *view);
/* The zone's chain over a family that reaches it, IPv6 before IPv4. NULL: none does. */
const struct chain *view_reached(const struct view *view);
/* As people write it; returns text. */
static inline const char *view_name_text(struct name name, char text[NAME_TEXT_MAX])
{
	(void)name_to_display(name, text);
	return text;
}

/* The names whose signatures are looked at, and the types. False: there is no such name. */
bool view_name(const struct view *view, unsigned index, struct name_buffer *buffer, struct name *ret);
uint16_t view_type(unsigned index);
/* Addresses of the family that are good over UDP, of different servers. */
unsigned view_usable(const struct view *view, enum family family);

#endif
