/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata_field.h"

/* IANA "DNS Security Algorithm Numbers"; RFC 4034 A.1 allows the mnemonics in text. */
static const struct rdata_mnemonic algorithms[] = {
	{"RSAMD5", 1},
	{"DH", 2},
	{"DSA", 3},
	{"ECC", 4},
	{"RSASHA1", 5},
	{"DSA-NSEC3-SHA1", 6},
	{"NSEC3DSA", 6},
	{"RSASHA1-NSEC3-SHA1", 7},
	{"NSEC3RSASHA1", 7},
	{"RSASHA256", 8},
	{"RSASHA512", 10},
	{"ECC-GOST", 12},
	{"ECCGOST", 12},
	{"ECDSAP256SHA256", 13},
	{"ECDSAP384SHA384", 14},
	{"ED25519", 15},
	{"ED448", 16},
	{"SM2SM3", 17},
	{"ECC-GOST12", 23},
	{"INDIRECT", 252},
	{"PRIVATEDNS", 253},
	{"PRIVATEOID", 254},
	{NULL, 0},
};

/* RFC 4398 2.1. */
static const struct rdata_mnemonic certificate_types[] = {
	{"PKIX", 1},   {"SPKI", 2},    {"PGP", 3},   {"IPKIX", 4}, {"ISPKI", 5}, {"IPGP", 6},
	{"ACPKIX", 7}, {"IACPKIX", 8}, {"URI", 253}, {"OID", 254}, {NULL, 0},
};

static const struct rdata_mnemonic dsync_schemes[] = {{"NOTIFY", 1}, {NULL, 0}};

#define NUMBER rdata_number_print, rdata_number_parse
/* clang-format off */
#define NAME(more) {"a domain name", 0, KIND_NAME | (more), NULL, rdata_name_measure, rdata_name_print, rdata_name_parse}
/* clang-format on */

const struct rdata_kind rdata_kinds[FIELD_KIND_COUNT] = {
	[FIELD_U8] = {"a number from 0 to 255", 1, 0, NULL, NULL, NUMBER},
	[FIELD_U16] = {"a number from 0 to 65535", 2, 0, NULL, NULL, NUMBER},
	[FIELD_U32] = {"a number from 0 to 4294967295", 4, 0, NULL, NULL, NUMBER},
	[FIELD_ALGORITHM] = {"a number from 0 to 255 or a mnemonic like ECDSAP256SHA256", 1, 0, algorithms, NULL,
			     NUMBER},
	[FIELD_CERT_TYPE] = {"a number from 0 to 65535 or a mnemonic like PKIX", 2, KIND_MNEMONIC, certificate_types,
			     NULL, NUMBER},
	[FIELD_DSYNC_SCHEME] = {"NOTIFY or a number from 0 to 255", 1, KIND_MNEMONIC, dsync_schemes, NULL, NUMBER},
	[FIELD_TTL] = {"seconds, or a time like 1h30m", 4, 0, NULL, NULL, rdata_number_print, rdata_ttl_parse},
	[FIELD_TIME] = {"a time in UTC as YYYYMMDDHHMMSS, or seconds since 1970", 4, 0, NULL, NULL, rdata_time_print,
			rdata_time_parse},
	[FIELD_TYPE] = {"a record type", 2, 0, NULL, NULL, rdata_type_print, rdata_type_parse},
	[FIELD_NAME] = NAME(0),
	[FIELD_NAME_LOWERED] = NAME(KIND_LOWERED),
	[FIELD_NAME_DECOMPRESSED] = NAME(KIND_LOWERED | KIND_DECOMPRESSED),
	[FIELD_NAME_COMPRESSIBLE] = NAME(KIND_LOWERED | KIND_DECOMPRESSED | KIND_COMPRESSIBLE),
	[FIELD_IP4] = {"an IPv4 address", 4, 0, NULL, NULL, rdata_address_print, rdata_ip4_parse},
	[FIELD_IP6] = {"an IPv6 address", 16, 0, NULL, NULL, rdata_address_print, rdata_ip6_parse},
	[FIELD_EUI48] = {"six octets like 00-00-5e-00-53-2a", 6, 0, NULL, NULL, rdata_groups_print, rdata_groups_parse},
	[FIELD_EUI64] = {"eight octets like 00-00-5e-ef-10-00-00-2a", 8, 0, NULL, NULL, rdata_groups_print,
			 rdata_groups_parse},
	[FIELD_NODE64] = {"four groups of hex digits like 0014:4fff:ff20:ee64", 8, 0, NULL, NULL, rdata_groups_print,
			  rdata_groups_parse},
	[FIELD_NSAP] = {"0x and hex digits", 0, 0, NULL, rdata_rest_filled_measure, rdata_nsap_print, rdata_nsap_parse},
	[FIELD_TEXT] = {"a string of at most 255 octets", 0, 0, NULL, rdata_text_measure, rdata_text_print,
			rdata_text_parse},
	[FIELD_TAG] = {"letters and digits", 0, 0, NULL, rdata_tag_measure, rdata_tag_print, rdata_text_parse},
	[FIELD_REST] = {"a string", 0, 0, NULL, rdata_rest_measure, rdata_rest_print, rdata_rest_parse},
	[FIELD_REST_FILLED] = {"a string that is not empty", 0, 0, NULL, rdata_rest_filled_measure, rdata_rest_print,
			       rdata_rest_parse},
	[FIELD_HEX8] = {"hex digits without spaces, or - for none", 0, 0, NULL, rdata_text_measure, rdata_hex8_print,
			rdata_hex8_parse},
	[FIELD_HEX] = {"hex digits", 0, 0, NULL, rdata_rest_filled_measure, rdata_hex_print, rdata_hex_parse},
	[FIELD_DS_DIGEST] = {"hex digits", 0, 0, NULL, rdata_ds_digest_measure, rdata_hex_print, rdata_digest_parse},
	[FIELD_SSHFP_DIGEST] = {"hex digits", 0, 0, NULL, rdata_sshfp_digest_measure, rdata_hex_print,
				rdata_digest_parse},
	[FIELD_ZONE_DIGEST] = {"hex digits", 0, 0, NULL, rdata_zone_digest_measure, rdata_hex_print,
			       rdata_digest_parse},
	[FIELD_BASE64] = {"base64 text", 0, 0, NULL, rdata_rest_filled_measure, rdata_base64_print, rdata_base64_parse},
	[FIELD_BASE32HEX8] = {"base32hex text without spaces", 0, 0, NULL, rdata_base32hex8_measure,
			      rdata_base32hex8_print, rdata_base32hex8_parse},
	[FIELD_BITMAP] = {"record types", 0, 0, NULL, rdata_bitmap_measure, rdata_bitmap_print, rdata_bitmap_parse},
	[FIELD_SVCPARAMS] = {"parameters like alpn=h2", 0, 0, NULL, rdata_svcparams_measure, rdata_svcparams_print,
			     rdata_svcparams_parse},
	[FIELD_LOC] = {"degrees [minutes [seconds]] N or S, the same E or W, and an altitude", 0, 0, NULL,
		       rdata_loc_measure, rdata_loc_print, rdata_loc_parse},
	[FIELD_APL] = {"prefixes like 2:2001:db8::/32 or !1:192.0.2.0/24", 0, 0, NULL, rdata_apl_measure,
		       rdata_apl_print, rdata_apl_parse},
	[FIELD_GATEWAY] = {"what the gateway type says", 0, 0, NULL, rdata_gateway_measure, rdata_gateway_print,
			   rdata_gateway_parse},
	[FIELD_RELAY_TYPE] = {"the discovery-optional flag (0 or 1) and a number from 0 to 3", 1, 0, NULL, NULL,
			      rdata_relay_type_print, rdata_relay_type_parse},
	[FIELD_RELAY] = {"what the relay type says", 0, 0, NULL, rdata_relay_measure, rdata_gateway_print,
			 rdata_gateway_parse},
	[FIELD_HIP_IDENTITY] = {"an algorithm number, the HIT in hex and the public key in base64", 0, 0, NULL,
				rdata_hip_measure, rdata_hip_print, rdata_hip_parse},
};
