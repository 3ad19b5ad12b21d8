/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rdata.h"

#include "base/encoding.h"
#include "rdata_tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct row {
	const char *type;
	const char *text; /* as we print it, too */
	const char *hex;
};

/* Wire forms are dnspython's, or the RFC's where dnspython 2.3 does not know the type or the parameter. */
static const struct row rows[] = {
	{"A", "192.0.2.1", "c0000201"},
	{"NS", "ns1.example.", "036e7331076578616d706c6500"},
	{"MD", "host.example.", "04686f7374076578616d706c6500"},
	{"CNAME", "Target.Example.", "06546172676574074578616d706c6500"},
	{"SOA", "ns.example. host\\.master.example. 2026112201 7200 3600 1209600 300",
	 "026e73076578616d706c65000b686f73742e6d6173746572076578616d706c650078c404c900001c2000000e10001275"
	 "000000012c"},
	{"MB", "box.example.", "03626f78076578616d706c6500"},
	{"MG", "box.example.", "03626f78076578616d706c6500"},
	{"MR", "box.example.", "03626f78076578616d706c6500"},
	{"PTR", "host.example.", "04686f7374076578616d706c6500"},
	{"HINFO", "\"INTEL-386\" \"Unix\"", "09494e54454c2d33383604556e6978"},
	{"MINFO", "a.example. b.example.", "0161076578616d706c65000162076578616d706c6500"},
	{"MX", "10 mail.example.", "000a046d61696c076578616d706c6500"},
	{"TXT", "\"hello \\\"world\\\"\" \"\" \"tab\\009\\255\"", "0d68656c6c6f2022776f726c6422000574616209ff"},
	{"RP", "mbox.example. txt.example.", "046d626f78076578616d706c650003747874076578616d706c6500"},
	{"AFSDB", "1 afs.example.", "000103616673076578616d706c6500"},
	{"X25", "\"311061700956\"", "0c333131303631373030393536"},
	{"ISDN", "\"150862028003217\" \"004\"", "0f31353038363230323830303332313703303034"},
	{"ISDN", "\"150862028003217\"", "0f313530383632303238303033323137"},
	{"RT", "10 relay.example.", "000a0572656c6179076578616d706c6500"},
	{"NSAP", "0x47000580005A0000000001E133FFFFFF00016100", "47000580005a0000000001e133ffffff00016100"},
	{"NSAP-PTR", "foo.example.", "03666f6f076578616d706c6500"},
	{"PX", "10 a.example. b.example.", "000a0161076578616d706c65000162076578616d706c6500"},
	{"GPOS", "\"-22.6882\" \"116.8652\" \"250.0\"", "082d32322e36383832083131362e38363532053235302e30"},
	{"AAAA", "2001:db8::53", "20010db8000000000000000000000053"},
	{"LOC", "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m", "0033161389172dd070be15f000988d20"},
	{"SRV", "0 5 853 sip.example.", "00000005035503736970076578616d706c6500"},
	{"NAPTR", "100 50 \"s\" \"z3950+I2L+I2C\" \"\" _z3950._tcp.example.",
	 "0064003201730d7a333935302b49324c2b49324300065f7a33393530045f746370076578616d706c6500"},
	{"KX", "10 kx.example.", "000a026b78076578616d706c6500"},
	{"CERT", "PKIX 1 8 AQID", "0001000108010203"},
	{"DNAME", "target.example.", "06746172676574076578616d706c6500"},
	{"APL", "1:192.168.32.0/21 !1:192.168.38.0/28 2:2001:db8::/32", "00011503c0a82000011c83c0a8260002200420010db8"},
	{"DS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
	 "ec4505012bb183af5f22588179a53b0a98631fad1a292118"},
	{"SSHFP", "2 1 123456789ABCDEF67890123456789ABCDEF67890", "0201123456789abcdef67890123456789abcdef67890"},
	{"IPSECKEY", "10 2 2 2001:db8::1 AQNRU3mG", "0a020220010db8000000000000000000000001010351537986"},
	{"IPSECKEY", "10 1 2 192.0.2.38 AQNRU3mG", "0a0102c0000226010351537986"},
	{"IPSECKEY", "10 3 2 gateway.example. AQNRU3mG", "0a03020767617465776179076578616d706c6500010351537986"},
	{"IPSECKEY", "10 0 2 . AQNRU3mG", "0a0002010351537986"},
	{"RRSIG", "AAAA 13 3 86400 20300228235959 20240229120000 12345 example. AQIDBA==",
	 "001c0d03000151807129a0ff65e071c03039076578616d706c650001020304"},
	{"NSEC", "Host.example. A MX RRSIG NSEC CAA TYPE1234",
	 "04486f7374076578616d706c65000006400100000003010140041b000000000000000000000000000000000000000000"
	 "000000000020"},
	{"DNSKEY", "257 3 13 AQIDBAUG", "0101030d010203040506"},
	{"DHCID", "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=",
	 "000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40"},
	{"NSEC3", "1 1 12 AABBCCDD 2t7b4g4vsa5smi47k61mv5bv1a22bojr A RRSIG",
	 "0101000c04aabbccdd14174eb2409fe28bcb4887a1836f957f0a8425e27b0006400000000002"},
	{"NSEC3", "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr", "010000000014174eb2409fe28bcb4887a1836f957f0a8425e27b"},
	{"NSEC3PARAM", "1 0 12 -", "0100000c00"},
	{"TLSA", "3 1 1 92003BA34942DC74152E2F2C408D29ECA5A520E7F2E06BB944F4DCA346BAF63C",
	 "03010192003ba34942dc74152e2f2c408d29eca5a520e7f2e06bb944f4dca346baf63c"},
	{"SMIMEA", "3 1 0 010203", "030100010203"},
	{"HIP", "2 200100107B1A74DF365639CC39F1D578 AwEAAQ== rvs.example. rvs2.example.",
	 "10020004200100107b1a74df365639cc39f1d5780301000103727673076578616d706c65000472767332076578616d70"
	 "6c6500"},
	{"CDS", "0 0 0 00", "0000000000"},
	{"CDNSKEY", "0 3 0 AA==", "0000030000"},
	{"OPENPGPKEY", "AQIDBAUG", "010203040506"},
	{"CSYNC", "66 3 A NS AAAA", "000000420003000460000008"},
	{"ZONEMD",
	 "2018031500 1 1 "
	 "FEBE3D4CE2EC2FFA4BA99D46CD69D6D29711E55217057BEE7EB1A7B641A47BA7FED2DD5B97AE499FAFA4F22C6BD647DE",
	 "7848b78c0101febe3d4ce2ec2ffa4ba99d46cd69d6d29711e55217057bee7eb1a7b641a47ba7fed2dd5b97ae499fafa4"
	 "f22c6bd647de"},
	{"SVCB", "16 foo.example. port=53", "001003666f6f076578616d706c6500000300020035"},
	{"HTTPS", "1 . alpn=\"h3,h2\" ipv4hint=192.0.2.1 ipv6hint=2001:db8::1",
	 "0001000001000602683302683200040004c00002010006001020010db8000000000000000000000001"},
	{"SPF", "\"v=spf1 -all\"", "0b763d73706631202d616c6c"},
	{"NID", "10 0014:4fff:ff20:ee64", "000a00144fffff20ee64"},
	{"L32", "10 10.1.2.0", "000a0a010200"},
	{"L64", "10 2001:0db8:1140:1000", "000a20010db811401000"},
	{"LP", "10 l64.example.", "000a036c3634076578616d706c6500"},
	{"EUI48", "00-00-5e-00-53-2a", "00005e00532a"},
	{"EUI64", "00-00-5e-ef-10-00-00-2a", "00005eef1000002a"},
	{"URI", "10 1 \"ftp://ftp1.example/public\"", "000a00016674703a2f2f667470312e6578616d706c652f7075626c6963"},
	{"CAA", "128 issue \"ca.example; account=230123\"",
	 "8005697373756563612e6578616d706c653b206163636f756e743d323330313233"},
	{"CAA", "0 issue \"\"", "00056973737565"},
	{"AVC", "\"app-name:x\"", "0a6170702d6e616d653a78"},
	{"AMTRELAY", "10 0 2 2001:db8::15", "0a0220010db8000000000000000000000015"},
	{"AMTRELAY", "10 1 1 203.0.113.15", "0a81cb00710f"},
	{"AMTRELAY", "10 1 3 amt.example.", "0a8303616d74076578616d706c6500"},
	{"AMTRELAY", "0 0 0 .", "0000"},
	{"NINFO", "\"status\"", "06737461747573"},
	{"DLV", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
	 "ec4505012bb183af5f22588179a53b0a98631fad1a292118"},
	{"TYPE65280", "\\# 4 01020304", "01020304"},
	{"TYPE65280", "\\# 0", ""},
	{"SIG", "A 5 3 86400 20300101000000 20200101000000 12345 example. AQIDBA==",
	 "000105030001518070dbd8805e0be1003039076578616d706c650001020304"},
	{"KEY", "512 3 5 AQIDBA==", "0200030501020304"},
	{"KEY", "49152 3 0", "c0000300"},
	{"RKEY", "0 0 1 AQIDBA==", "0000000101020304"},
	{"TA", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
	 "ec4505012bb183af5f22588179a53b0a98631fad1a292118"},
	{"TALINK", "h0.example. h2.example.", "026830076578616d706c6500026832076578616d706c6500"},
	{"RESINFO", "\"qnamemin\" \"exterr=15-17\"", "08716e616d656d696e0c6578746572723d31352d3137"},
	{"WALLET", "\"BTC\" \"bc1q\"", "034254430462633171"},
	{"DSYNC", "CDS NOTIFY 5359 scanner.example.", "003b0114ef077363616e6e6572076578616d706c6500"},
	{"DSYNC", "CSYNC 2 5359 scanner.example.", "003e0214ef077363616e6e6572076578616d706c6500"},
	{"APL", "", ""},
	/* RFC 9460 D.2 */
	{"SVCB", "1 .", "000100"},
	{"SVCB", "16 foo.example.com. key667=\"hello\\210qoo\"",
	 "001003666f6f076578616d706c6503636f6d00029b000968656c6c6fd2716f6f"},
	{"SVCB", "1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1",
	 "000103666f6f076578616d706c6503636f6d000006002020010db800000000000000000000000120010db800000000000000000053000"
	 "1"},
	{"SVCB", "16 foo.example.org. mandatory=alpn,ipv4hint alpn=\"h2,h3-19\" ipv4hint=192.0.2.1",
	 "001003666f6f076578616d706c65036f7267000000000400010004000100090268320568332d313900040004c0000201"},
	{"SVCB", "16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
	 "001003666f6f076578616d706c65036f7267000001000c08665c6f6f2c626172026832"},
	/* RFC 9461 5, RFC 9540 4; key 9 is tls-supported-groups. */
	{"SVCB", "1 . alpn=\"h2\" dohpath=\"/q{?dns}\" ohttp tls-supported-groups=29,23",
	 "000100000100030268320007"
	 "00082f717b3f646e737d"
	 "00080000"
	 "00090004001d0017"},
	/* Values without a text form. */
	{"LOC", "\\# 16 00050000800000008000000000989680", "00050000800000008000000000989680"},
	{"LOC", "\\# 2 01FF", "01ff"},
	{"APL", "\\# 6 000310020102", "000310020102"},
	{"AMTRELAY", "\\# 4 0A7F0102", "0a7f0102"},
	{"IPSECKEY", "\\# 4 0A0402AA", "0a0402aa"},
};
#define ROWS (sizeof rows / sizeof rows[0])

/* Other ways to write the same. */
static const struct {
	const char *type;
	const char *text;
	const char *printed;
} spellings[] = {
	{"AAAA", "2001:DB8:0:0:0:0:0:53", "2001:db8::53"},
	{"AAAA", "::ffff:192.0.2.1", "::ffff:192.0.2.1"},
	{"AAAA", "::", "::"},
	{"AAAA", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
	{"AAAA", "\\# 16 20010DB8000000000000000000000001", "2001:db8::1"},
	{"A", "\\# 4 C0 00 0201", "192.0.2.1"},
	{"MX", "10 mail", "10 mail.example."},
	{"NS", "@", "example."},
	{"SOA", "ns host 1 2h 1h30m 2w 5M", "ns.example. host.example. 1 7200 5400 1209600 300"},
	{"TXT", "one two\\032three", "\"one\" \"two three\""},
	{"RRSIG", "TYPE28 ECDSAP256SHA256 3 1d 1893455999 20200229120000 1 @ AQ ID BA==",
	 "AAAA 13 3 86400 20291231235959 20200229120000 1 example. AQIDBA=="},
	{"RRSIG", "1 8 3 0 21060207062815 19700101000000 1 @ A QIDBA= =",
	 "A 8 3 0 21060207062815 19700101000000 1 example. AQIDBA=="},
	{"DS", "1 rsasha1 1 2bb183af5f22588179a53b0a 98631fad1a29211 8",
	 "1 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"},
	{"NSEC", "host TYPE1 A SOA", "host.example. A SOA"},
	{"CERT", "1 1 RSASHA256 AQID", "PKIX 1 8 AQID"},
	{"LOC", "42 N 71 W 0", "42 0 0.000 N 71 0 0.000 W 0.00m 1.00m 10000.00m 10.00m"},
	{"LOC", "0 0 0.001 S 180 E 42849672.95m 0.09m 15m 90000000m",
	 "0 0 0.001 S 180 0 0.000 E 42849672.95m 0.09m 10.00m 90000000.00m"},
	{"NSAP", "0x47.0005.80.00", "0x4700058000"},
	{"NID", "10 14:4fff:ff20:0", "10 0014:4fff:ff20:0000"},
	{"SVCB", "1 . port=\"53\" alpn=h3", "1 . alpn=\"h3\" port=53"},
	{"SVCB", "1 . key2 key1=\\002h2", "1 . alpn=\"h2\" no-default-alpn"},
	{"SVCB", "1 . ech=AQIDBA== key65000=\"a b\\\"c\" key65001", "1 . ech=AQIDBA== key65000=\"a b\\\"c\" key65001"},
	{"SVCB", "16 foo alpn=f\\\\\\092oo\\092,bar,h2", "16 foo.example. alpn=\"f\\\\\\\\oo\\\\,bar,h2\""},
	{"SVCB", "1 . ipv6hint=2001:db8:122:344::192.0.2.33", "1 . ipv6hint=2001:db8:122:344::c000:221"},
	{"HTTPS", "1 . key700=z mandatory=key700,key5,alpn ech=AQ== alpn=h2 key601=",
	 "1 . mandatory=alpn,ech,key700 alpn=\"h2\" ech=AQ== key601 key700=\"z\""},
};

/* What must be refused, at which token, and words of the reason. */
static const struct {
	const char *type;
	const char *text;
	size_t token;
	const char *field;
	const char *words;
} refused[] = {
	{"A", "192.0.2.256", 0, "address", "IPv4 address"},
	{"A", "192.0.2", 0, "address", "IPv4 address"},
	{"A", "192.0.02.1", 0, "address", "IPv4 address"},
	{"A", "2001:db8::1", 0, "address", "is an IPv6 address"},
	{"A", "", 0, "address", "A needs an address"},
	{"A", "192.0.2.1 192.0.2.2", 1, "address", "nothing may follow"},
	{"AAAA", "192.0.2.1", 0, "address", "is an IPv4 address"},
	{"AAAA", "1::2::3", 0, "address", "IPv6 address"},
	{"AAAA", "1:2:3:4:5:6:7:8:9", 0, "address", "IPv6 address"},
	{"AAAA", "1:2:3:4:5:6:7", 0, "address", "IPv6 address"},
	{"AAAA", "12345::", 0, "address", "IPv6 address"},
	{"AAAA", ":1::2", 0, "address", "IPv6 address"},
	{"AAAA", "1:2:3:4:5:6:7:", 0, "address", "IPv6 address"},
	{"AAAA", "1:2:3:4:5:6:7:8::", 0, "address", "IPv6 address"},
	{"AAAA", "fe80::1%eth0", 0, "address", "IPv6 address"},
	{"MX", "mail.example.", 0, "preference", "MX needs a preference (a number from 0 to 65535) before the host"},
	{"MX", "65536 mail.example.", 0, "preference", "0 to 65535"},
	{"MX", "10", 1, "host", "MX needs a host"},
	{"MX", "10 a..b.", 1, "host", "host name"},
	{"MX", "10 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1, "host", "63 octets"},
	{"SOA", "ns host 1 2h 1h30x 2w 300", 4, "retry", "1h30m"},
	{"SOA", "ns host 1 2h 8000w 2w 300", 4, "retry", "1h30m"},
	{"SOA", "ns host 4294967296 2h 1h 2w 300", 2, "serial", "4294967295"},
	{"TXT", "", 0, "text", "TXT needs a text"},
	{"TXT", "a\"b\"", 0, "text", "quote"},
	{"TXT", "a\\256", 0, "text", "escape"},
	{"RRSIG", "A 8 3 0 20300229000000 20200101000000 1 . AQ==", 4, "expiration time", "YYYYMMDDHHMMSS"},
	{"RRSIG", "A 8 3 0 19691231235959 20200101000000 1 . AQ==", 4, "expiration time", "YYYYMMDDHHMMSS"},
	{"RRSIG", "A 8 3 0 20200101000000 20200101000000 1 .", 8, "signature", "base64"},
	{"RRSIG", "A 8 3 0 20200101000000 20200101000000 1 . AQI", 8, "signature", "characters are missing"},
	{"RRSIG", "A 8 3 0 20200101000000 20200101000000 1 . A Q==AQID", 9, "signature", "base64"},
	{"DS", "1 5 1 2BB1", 3, "digest", "40"},
	{"DS", "1 5 0", 3, "digest", "DS needs a digest"},
	{"DNSKEY", "257 3 NOSUCH AQID", 2, "algorithm", "mnemonic"},
	{"NSEC", "host. A NOTYPE", 2, "types", "record types"},
	{"NSEC3", "1 0 1 - 0", 4, "next hashed owner", "base32hex"},
	{"NSEC3", "1 0 1 abc 2t7b4g4vsa5smi47k61mv5bv1a22bojr", 3, "salt", "hex digits"},
	{"CAA", "0 is-sue \"x\"", 1, "tag", "letters and digits"},
	{"URI", "1 1 \"\"", 2, "target", "not empty"},
	{"LOC", "91 N 0 E 0", 0, "location", "LOC needs"},
	{"LOC", "90 1 N 0 E 0", 2, "location", "more than 90 degrees"},
	{"LOC", "1 60 N 0 E 0", 1, "location", "LOC needs"},
	{"LOC", "1 N 1 N 0", 3, "location", "LOC needs"},
	{"LOC", "1 N 1 E -100000.01", 4, "location", "altitude"},
	{"APL", "1:192.0.2.0/33", 0, "address prefix list", "prefixes like"},
	{"APL", "3:x/1", 0, "address prefix list", "prefixes like"},
	{"IPSECKEY", "10 1 2 2001:db8::1", 3, "gateway", "is an IPv6 address"},
	{"IPSECKEY", "10 4 2 x", 3, "gateway", "must be 0"},
	{"AMTRELAY", "10 2 1 192.0.2.1", 1, "relay type", "0 or 1"},
	{"AMTRELAY", "10 1", 2, "relay type", "AMTRELAY needs"},
	{"HIP", "2 2001", 2, "host identity", "HIP needs"},
	{"EUI48", "00-00-5e-00-53", 0, "address", "six octets"},
	{"ZONEMD", "1 1 240 FEBE", 3, "digest", "at least 24"},
	{"TYPE65280", "x", 0, "", "\\# LENGTH HEX"},
	{"TYPE65280", "\\#", 1, "length", "needs a length"},
	{"TYPE65280", "\\# 3 0102", 1, "length", "says 3 octets, but 2 follow"},
	{"AAAA", "\\# 3 010203", 2, "octets", "ends too early"},
	/* RFC 9460 D.3 */
	{"SVCB", "1 foo. key123=abc key123=def", 3, "parameters", "twice"},
	{"SVCB", "1 foo. mandatory", 2, "parameters", "other keys"},
	{"SVCB", "1 foo. alpn", 2, "parameters", "protocols"},
	{"SVCB", "1 foo. port", 2, "parameters", "0 to 65535"},
	{"SVCB", "1 foo. ipv4hint", 2, "parameters", "IPv4"},
	{"SVCB", "1 foo. ipv6hint", 2, "parameters", "IPv6"},
	{"SVCB", "1 foo. alpn=h2 no-default-alpn=abc", 3, "parameters", "no value"},
	{"SVCB", "1 foo. mandatory=key123", 2, "parameters", "key123 is named by mandatory"},
	{"SVCB", "1 foo. mandatory=mandatory", 2, "parameters", "other keys"},
	{"SVCB", "1 foo. mandatory=key123,key123 key123=abc", 2, "parameters", "each once"},
	{"SVCB", "1 foo. no-default-alpn", 2, "parameters", "alpn must be there"},
	{"SVCB", "1 foo. alpn=h2,", 2, "parameters", "protocols"},
	{"SVCB", "1 foo. nosuch=1", 2, "parameters", "nosuch"},
	{"SVCB", "1 foo. key007=1", 2, "parameters", "key007"},
	{"SVCB", "1 foo. key7=\"a", 2, "parameters", "quotes"},
	{"SVCB", "1 foo. \"alpn=h2\"", 2, "parameters", "around the value"},
	{"SVCB", "1 foo. tls-supported-groups=29,29", 2, "parameters", "each once"},
};

static struct name origin;
static struct name_buffer origin_buffer;

static int parse(const char *type_text, const char *text, struct writer *out, uint16_t *ret_type,
		 struct rdata_error *error)
{
	struct rdata_token tokens[64];
	assert_int_equal(rrtype_from_text(span_text(type_text), ret_type), ERR_OK);
	size_t count = tokens_of(span_text(text), tokens, 64);
	return rdata_from_text(*ret_type, tokens, count, origin, out, error);
}

static struct writer hex_of(const char *hex, uint8_t *buffer, size_t capacity)
{
	struct writer out = writer_of(buffer, capacity);
	assert_int_equal(hex_decode(span_text(hex), &out), ERR_OK);
	return out;
}

static void test_rows(void **state)
{
	for (size_t i = 0; i < ROWS; i++) {
		uint8_t buffer[512];
		uint8_t wanted_buffer[512];
		uint16_t type;
		struct rdata_error error = {.message = ""};
		struct writer out = writer_of(buffer, sizeof buffer);
		struct writer wanted = hex_of(rows[i].hex, wanted_buffer, sizeof wanted_buffer);
		print_message("%s %s\n", rows[i].type, rows[i].text);
		int err = parse(rows[i].type, rows[i].text, &out, &type, &error);
		assert_string_equal(error.message, "");
		assert_int_equal(err, ERR_OK);
		assert_int_equal(out.size, wanted.size);
		assert_memory_equal(buffer, wanted_buffer, wanted.size);
		assert_int_equal(rdata_check(type, writer_span(&out)), ERR_OK);
		struct text text = {0};
		rdata_to_text(type, writer_span(&out), &text);
		assert_string_equal(text_string(&text), rows[i].text);
		text_free(&text);
	}
}

static void test_spellings(void **state)
{
	for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
		uint8_t buffer[512];
		uint16_t type;
		struct rdata_error error = {.message = ""};
		struct writer out = writer_of(buffer, sizeof buffer);
		int err = parse(spellings[i].type, spellings[i].text, &out, &type, &error);
		assert_string_equal(error.message, "");
		assert_int_equal(err, ERR_OK);
		assert_int_equal(rdata_check(type, writer_span(&out)), ERR_OK);
		struct text text = {0};
		rdata_to_text(type, writer_span(&out), &text);
		assert_string_equal(text_string(&text), spellings[i].printed);
		text_free(&text);
	}
}

static void test_refused(void **state)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		uint8_t buffer[512];
		uint16_t type;
		struct rdata_error error = {.message = ""};
		struct writer out = writer_of(buffer, sizeof buffer);
		int err = parse(refused[i].type, refused[i].text, &out, &type, &error);
		print_message("%s %s: %s\n", refused[i].type, refused[i].text, error.message);
		assert_int_not_equal(err, ERR_OK);
		assert_int_equal(error.token, refused[i].token);
		assert_string_equal(error.field, refused[i].field);
		assert_non_null(strstr(error.message, refused[i].words));
	}
}

/* A writer that ends anywhere gives ERR_SPACE and nothing worse. */
static void test_no_room(void **state)
{
	for (size_t i = 0; i < ROWS; i++) {
		for (size_t capacity = 0; capacity < strlen(rows[i].hex) / 2; capacity++) {
			uint8_t *buffer = malloc(capacity + 1);
			uint16_t type;
			struct rdata_error error;
			struct writer out = writer_of(buffer, capacity);
			assert_int_equal(parse(rows[i].type, rows[i].text, &out, &type, &error), ERR_SPACE);
			free(buffer);
		}
	}
}

static void test_long_string(void **state)
{
	char line[300];
	uint8_t buffer[512];
	uint16_t type;
	struct rdata_error error;
	memset(line, 'x', sizeof line);
	line[256] = '\0';
	struct writer out = writer_of(buffer, sizeof buffer);
	assert_int_equal(parse("TXT", line, &out, &type, &error), ERR_RANGE);
	assert_non_null(strstr(error.message, "256 octets"));
	line[255] = '\0';
	out = writer_of(buffer, sizeof buffer);
	assert_int_equal(parse("TXT", line, &out, &type, &error), ERR_OK);
	assert_int_equal(out.size, 256);
}

static int set_up(void **state)
{
	return name_from_text(span_text("example."), name_root, &origin_buffer, &origin, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),    cmocka_unit_test(test_spellings),   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_room), cmocka_unit_test(test_long_string),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
