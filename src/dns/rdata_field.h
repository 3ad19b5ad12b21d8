/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What RDATA is made of: kinds of field, the pieces a walker meets, and what a parser reads from. For rdata_*.c only.
 * Const tables; cursors and inputs live on the walkers' stacks and borrow everything.
 * Never knows a type: types are rows of dns/rrtypes.def, kinds are rows of rdata_kind.c.
 */
#ifndef DNS_RDATA_FIELD_H
#define DNS_RDATA_FIELD_H

#include "dns/rdata.h"

enum rdata_field_kind {
	FIELD_END,
	FIELD_U8, FIELD_U16, FIELD_U32,
	FIELD_ALGORITHM,         /* u8, DNSSEC algorithm; mnemonics are read, numbers written */
	FIELD_CERT_TYPE,         /* u16, RFC 4398 2.1 */
	FIELD_DSYNC_SCHEME,      /* u8, RFC 9859 2.1 */
	FIELD_TTL,               /* u32, text may be 1h30m */
	FIELD_TIME,              /* u32, text YYYYMMDDHHMMSS (RRSIG) */
	FIELD_TYPE,              /* u16, text is a type mnemonic */
	FIELD_NAME,              /* never compressed, case kept in canonical form */
	FIELD_NAME_LOWERED,      /* never compressed, lower-cased in canonical form (RFC 4034 6.2) */
	FIELD_NAME_DECOMPRESSED, /* the same; old servers compress it, so pointers are read (RFC 3597 4) */
	FIELD_NAME_COMPRESSIBLE, /* types of RFC 1035 only: sent and read compressed */
	FIELD_IP4, FIELD_IP6,
	FIELD_EUI48, FIELD_EUI64, /* 00-00-5e-... (RFC 7043) */
	FIELD_NODE64,            /* four groups of hex (RFC 6742 2.1.2) */
	FIELD_NSAP,              /* rest, 0x and hex with dots (RFC 1706) */
	FIELD_TEXT,              /* one <character-string> */
	FIELD_TAG,               /* u8 length, then letters and digits (CAA) */
	FIELD_REST,              /* to the end, quoted text; may be empty (CAA) */
	FIELD_REST_FILLED,       /* the same with one octet at least (URI) */
	FIELD_HEX8,              /* u8 length, then octets in hex; "-" when empty */
	FIELD_HEX,               /* rest, hex */
	FIELD_DS_DIGEST,         /* rest, hex; the octet before says how long it must be */
	FIELD_SSHFP_DIGEST,      /* the same, RFC 4255 */
	FIELD_ZONE_DIGEST,       /* the same, RFC 8976 */
	FIELD_BASE64,            /* rest, base64 */
	FIELD_BASE32HEX8,        /* u8 length, then octets in base32hex (NSEC3 next) */
	FIELD_BITMAP,            /* type bitmap, RFC 4034 4.1.2 */
	FIELD_SVCPARAMS,         /* RFC 9460 2.1 */
	FIELD_LOC,               /* RFC 1876 */
	FIELD_APL,               /* RFC 3123 */
	FIELD_GATEWAY,           /* RFC 4025: nothing, address or name, as octet 1 says */
	FIELD_RELAY_TYPE,        /* u8, two numbers in text (RFC 8777) */
	FIELD_RELAY,             /* like the gateway */
	FIELD_HIP_IDENTITY,      /* RFC 8005: lengths, algorithm, HIT and public key */
	FIELD_KIND_COUNT
};

#define RRFIELD_OPTIONAL 1 /* may be missing at the end */
#define RRFIELD_REPEATED 2 /* as often as there is data */

struct rrfield {
	uint8_t kind;
	uint8_t flags;
	const char *name; /* as error messages call it */
};

struct rrtype {
	char mnemonic[RRTYPE_TEXT_MAX]; /* filled with zeros */
	uint16_t code;
	const struct rrfield *fields;   /* ends with FIELD_END; NULL: opaque (RFC 3597) */
};

/* One field found in wire form. */
struct rdata_piece {
	const struct rrfield *field;
	struct span rdata;  /* the whole RDATA */
	size_t offset;      /* of the field */
	struct span octets; /* as they stand in the RDATA, a name of a message maybe compressed */
	struct name name;   /* kinds of name only: in full */
};

/* Walks the fields of wire RDATA, checking each. */
struct rdata_cursor {
	const struct rrfield *field;
	struct span rdata;
	size_t at;
	size_t repeats;            /* of the current field */
	struct span message;       /* up to the end of the RDATA; data NULL: names must be uncompressed */
	struct name_buffer buffer; /* holds the last name read from a message */
};

/* row: one with fields. */
void rdata_cursor_start(struct rdata_cursor *cursor, const struct rrtype *row, struct span rdata);
/* ERR_NOT_FOUND: that was all, and nothing is left over. Other codes as rdata_check. */
int rdata_cursor_next(struct rdata_cursor *cursor, struct rdata_piece *ret) MUST_USE;

/* Presentation form being read. */
struct rdata_input {
	const struct rrtype *row;
	const struct rrfield *field;
	const struct rdata_token *tokens;
	size_t count;
	size_t next; /* the token to read, or the one an error is about */
	struct name origin;
	struct writer *out;
	size_t start; /* where the RDATA begins in out */
	struct rdata_error *error;
};

/* The token to read, which must exist: the walker calls parse only then. */
static inline const struct rdata_token *rdata_input_token(const struct rdata_input *input)
{
	return &input->tokens[input->next];
}
/* These fill input->error and return code. The first says what the field wants, the second what the caller says. */
int rdata_input_unfit(struct rdata_input *input, int code);
int rdata_input_wrong(struct rdata_input *input, int code, const char *format, ...) PRINTF_LIKE(3, 4);
/* More is needed than there are tokens. */
int rdata_input_missing(struct rdata_input *input);

struct rdata_mnemonic {
	const char *text;
	uint16_t value;
};

#define KIND_NAME 1         /* is a domain name */
#define KIND_LOWERED 2      /* ... lower-cased in canonical form */
#define KIND_DECOMPRESSED 4 /* ... whose pointers are followed */
#define KIND_COMPRESSIBLE 8 /* ... and may be compressed when sent */
#define KIND_MNEMONIC 16    /* mnemonics are written, not only read */

struct rdata_kind {
	const char *wanted; /* what the text should be */
	uint8_t size;       /* octets, when it is always the same */
	uint8_t flags;
	const struct rdata_mnemonic *mnemonics; /* ends with text NULL; or NULL */
	/* Octets of the field at offset `at` (never past the end), for kinds without a size. */
	int (*measure)(struct span rdata, size_t at, size_t *ret_size);
	/* Appends the text. false: the value has no text form, the RDATA is to be written as RFC 3597 has it. */
	bool (*print)(const struct rdata_piece *piece, struct text *out);
	/* Reads one token or more, appends octets. */
	int (*parse)(struct rdata_input *input);
};

extern const struct rdata_kind rdata_kinds[FIELD_KIND_COUNT];

/* rdata_number.c */
int rdata_decimal(struct span text, uint32_t maximum, uint32_t *ret) MUST_USE; /* ERR_SYNTAX, ERR_RANGE */
bool rdata_number_print(const struct rdata_piece *piece, struct text *out);
int rdata_number_parse(struct rdata_input *input) MUST_USE;
int rdata_ttl_parse(struct rdata_input *input) MUST_USE;
bool rdata_type_print(const struct rdata_piece *piece, struct text *out);
int rdata_type_parse(struct rdata_input *input) MUST_USE;

/* rdata_time.c */
bool rdata_time_print(const struct rdata_piece *piece, struct text *out);
int rdata_time_parse(struct rdata_input *input) MUST_USE;

/* rdata_address.c */
int rdata_ip4(struct span text, uint8_t ret[4]) MUST_USE;
int rdata_ip6(struct span text, uint8_t ret[16]) MUST_USE;
void rdata_ip4_print(const uint8_t address[4], struct text *out);
void rdata_ip6_print(const uint8_t address[16], struct text *out);
bool rdata_address_print(const struct rdata_piece *piece, struct text *out);
int rdata_ip4_parse(struct rdata_input *input) MUST_USE;
int rdata_ip6_parse(struct rdata_input *input) MUST_USE;
bool rdata_groups_print(const struct rdata_piece *piece, struct text *out);
int rdata_groups_parse(struct rdata_input *input) MUST_USE;

/* rdata_apl.c */
int rdata_apl_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
bool rdata_apl_print(const struct rdata_piece *piece, struct text *out);
int rdata_apl_parse(struct rdata_input *input) MUST_USE;

/* rdata_string.c */
int rdata_octet_take(struct span *text, uint8_t *ret) MUST_USE; /* one octet, \X and \DDD undone */
bool rdata_has_bare_quote(struct span text);
void rdata_quoted_print(struct span octets, struct text *out);
int rdata_name_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
bool rdata_name_print(const struct rdata_piece *piece, struct text *out);
int rdata_name_parse(struct rdata_input *input) MUST_USE;
int rdata_text_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
bool rdata_text_print(const struct rdata_piece *piece, struct text *out);
int rdata_text_parse(struct rdata_input *input) MUST_USE;
int rdata_tag_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
bool rdata_tag_print(const struct rdata_piece *piece, struct text *out);
int rdata_rest_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
int rdata_rest_filled_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
bool rdata_rest_print(const struct rdata_piece *piece, struct text *out);
int rdata_rest_parse(struct rdata_input *input) MUST_USE;

/* rdata_encoded.c */
int rdata_hex_parse(struct rdata_input *input) MUST_USE;
int rdata_base64_parse(struct rdata_input *input) MUST_USE;
int rdata_nsap_parse(struct rdata_input *input) MUST_USE;
int rdata_hex8_parse(struct rdata_input *input) MUST_USE;
int rdata_base32hex8_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
int rdata_base32hex8_parse(struct rdata_input *input) MUST_USE;
int rdata_ds_digest_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
int rdata_sshfp_digest_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
int rdata_zone_digest_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
int rdata_digest_parse(struct rdata_input *input) MUST_USE;
bool rdata_hex_print(const struct rdata_piece *piece, struct text *out);
bool rdata_hex8_print(const struct rdata_piece *piece, struct text *out);
bool rdata_nsap_print(const struct rdata_piece *piece, struct text *out);
bool rdata_base64_print(const struct rdata_piece *piece, struct text *out);
bool rdata_base32hex8_print(const struct rdata_piece *piece, struct text *out);

/* rdata_bitmap.c */
int rdata_bitmap_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
bool rdata_bitmap_print(const struct rdata_piece *piece, struct text *out);
int rdata_bitmap_parse(struct rdata_input *input) MUST_USE;

/* rdata_loc.c */
int rdata_loc_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
bool rdata_loc_print(const struct rdata_piece *piece, struct text *out);
int rdata_loc_parse(struct rdata_input *input) MUST_USE;

/* rdata_gateway.c */
int rdata_gateway_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
int rdata_relay_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
bool rdata_gateway_print(const struct rdata_piece *piece, struct text *out);
int rdata_gateway_parse(struct rdata_input *input) MUST_USE;
bool rdata_relay_type_print(const struct rdata_piece *piece, struct text *out);
int rdata_relay_type_parse(struct rdata_input *input) MUST_USE;
/* Whether the piece is a gateway or relay that is a name. */
bool rdata_gateway_name(const struct rdata_piece *piece, struct name *ret);
int rdata_hip_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
bool rdata_hip_print(const struct rdata_piece *piece, struct text *out);
int rdata_hip_parse(struct rdata_input *input) MUST_USE;

/* svcb.c */
int rdata_svcparams_measure(struct span rdata, size_t at, size_t *ret_size) MUST_USE;
bool rdata_svcparams_print(const struct rdata_piece *piece, struct text *out);
/* svcb_text.c */
int rdata_svcparams_parse(struct rdata_input *input) MUST_USE;

#endif
