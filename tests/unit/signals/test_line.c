/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines as name servers write them, and all that is to be known from each: nothing more may be told. Those marked LAB
 * were written by the program itself, ARM are from its manual, the rest have the shape its documentation gives.
 */
#include "signals/line.h"

#include "signals/column.h"
#include "tests/unit/cmocka_all.h"

#include <jansson.h>

#define NOW_US 1795350000000000 /* 2026-11-22T12:20:00Z */

struct row {
	const char *line;
	const char *want; /* the event as JSON, ' for "; NULL: passed over; "": not read */
};

#define C10 "'family':'ipv6','client':'2001:db8:c::10'"
#define BIND "'source':'bind',"
#define BIND_QUERY(qname, qtype) "'ev':'query'," BIND C10 ",'qname':'" qname "','qtype':'" qtype "','qclass':'IN',"
#define BIND_FLAGS(transport, cd, do)                                                                                  \
	"'server':'2001:db8:f::1','transport':'" transport                                                             \
	"','rd':true,'do':" do ",'cd':" cd ",'has_edns':true,'has_cookie':true,'tsig':false"

static const struct row bind_rows[] = {
	/* BIND 9.18, LAB */
	{"2026-11-22T03:26:45.870Z queries: info: client @0x7f7047f0c098 2001:db8:c::10#39627 (www.bogus.lab): query: "
	 "www.bogus.lab IN AAAA +E(0)K (2001:db8:f::1)",
	 "'ts':'2026-11-22T03:26:45.870000Z','cport':39627," BIND_QUERY("www.bogus.lab.", "AAAA")
		 BIND_FLAGS("udp", "false", "false")},
	{"2026-11-22T03:26:45.902Z queries: info: client @0x7f7047f0c098 2001:db8:c::10#44135 (www.bogus.lab): query: "
	 "www.bogus.lab IN AAAA +E(0)CK (2001:db8:f::1)",
	 "'ts':'2026-11-22T03:26:45.902000Z','cport':44135," BIND_QUERY("www.bogus.lab.", "AAAA")
		 BIND_FLAGS("udp", "true", "false")},
	{"2026-11-22T03:26:45.966Z queries: info: client @0x7f7047f0f898 2001:db8:c::10#44985 (big.good.lab): query: "
	 "big.good.lab IN TXT +E(0)TV (2001:db8:f::1)",
	 "'ts':'2026-11-22T03:26:45.966000Z','cport':44985," BIND_QUERY("big.good.lab.", "TXT")
		 BIND_FLAGS("tcp", "false", "false")},
	/* ARM, no prefix at all */
	{"client @0x7f91b8005490 127.0.0.1#62536 (www.example.com): query: www.example.com IN AAAA +E(0)K (127.0.0.1)",
	 "'ev':'query'," BIND
	 "'client':'127.0.0.1','family':'ipv4','cport':62536,'qname':'www.example.com.','qtype':'AAAA',"
	 "'qclass':'IN','server':'127.0.0.1','transport':'udp','rd':true,'do':false,'cd':false,'has_edns':true,"
	 "'has_cookie':true,'tsig':false"},
	/* a view, a key, no EDNS, ECS behind */
	{"client @0x1 2001:db8:c::10#1/key axfr.key (a.lab): view inside: query: a.lab IN SOA -SD (2001:db8:f::1) [ECS "
	 "192.0.2.0/24/0]",
	 "'cport':1,'service':'inside','ev':'query'," BIND C10 ",'qname':'a.lab.','qtype':'SOA','qclass':'IN',"
	 "'server':'2001:db8:f::1','transport':'udp','rd':false,'do':true,'cd':false,'has_edns':false,'has_cookie':"
	 "false,"
	 "'tsig':true"},
	/* an unescaped bracket ends the name, an escaped one does not */
	{"client @0x1 2001:db8:c::10#7 (a\\)b.lab): query: a\\)b.lab IN A + (2001:db8:f::1)",
	 "'cport':7,'ev':'query'," BIND C10
	 ",'qname':'a\\\\)b.lab.','qtype':'A','qclass':'IN','server':'2001:db8:f::1',"
	 "'transport':'udp','rd':true,'do':false,'cd':false,'has_edns':false,'has_cookie':false,'tsig':false"},
	{"22-Nov-2026 03:26:45.870 query-errors: info: client @0x7f7047f0c098 2001:db8:c::10#39627 (www.bogus.lab): "
	 "query "
	 "failed (failure) for www.bogus.lab/IN/AAAA at query.c:7916",
	 "'ts':'2026-11-22T03:26:45.870000Z','zone_assumed':true,'ev':'reply'," BIND C10 ",'cport':39627,"
	 "'qname':'www.bogus.lab.','qtype':'AAAA','qclass':'IN','rcode':'SERVFAIL','rcode_inferred':true,'reason':'"
	 "failure'"},
	{"client 127.0.0.1#61502: query failed (SERVFAIL) for www.example.com/IN/AAAA at query.c:3880",
	 "'ev':'reply'," BIND
	 "'client':'127.0.0.1','family':'ipv4','cport':61502,'qname':'www.example.com.','qtype':'AAAA',"
	 "'qclass':'IN','rcode':'SERVFAIL','rcode_inferred':true,'reason':'SERVFAIL'"},
	/* reverse zones of RFC 2317 have slashes in names */
	{"client 2001:db8:c::10#2: query failed (REFUSED) for 1.0/25.2.0.192.in-addr.arpa/IN/PTR at query.c:1",
	 "'ev':'reply'," BIND C10 ",'cport':2,'qname':'1.0/25.2.0.192.in-addr.arpa.','qtype':'PTR','qclass':'IN',"
	 "'rcode':'REFUSED','rcode_inferred':true,'reason':'REFUSED'"},
	{"client @0x7f3e5c0a1168 2001:db8:c::10#54321 (example.com): response: example.com IN A NOERROR 1 2 3 +E(0)K "
	 "(2001:db8:f::1)",
	 "'ev':'reply'," BIND C10
	 ",'cport':54321,'qname':'example.com.','qtype':'A','qclass':'IN','rcode':'NOERROR','an':1," BIND_FLAGS(
		 "udp", "false", "false")},
	{"security: info: client @0x7f 2001:db8:c::10#5 (www.example.com): query (cache) 'www.example.com/AAAA/IN' "
	 "denied",
	 "'ev':'reply'," BIND C10
	 ",'cport':5,'qname':'www.example.com.','qtype':'AAAA','qclass':'IN','rcode':'REFUSED',"
	 "'rcode_inferred':true,'reason':'denied'"},
	{"fetch completed at resolver.c:2970 for www.example.com/A in 10.000183: timed out/success "
	 "[domain:example.com,referral:2,restart:7,qrysent:8,timeout:5,lame:0,quota:0,neterr:0,badresp:1,adberr:0,"
	 "findfail:0,valfail:0]",
	 "'ev':'upstream'," BIND
	 "'stream':'rec','qname':'www.example.com.','qtype':'A','us':10000183,'reason':'timed out/success "
	 "[domain:example.com,referral:2,restart:7,qrysent:8,timeout:5,lame:0,quota:0,neterr:0,badresp:1,adberr:0,"
	 "findfail:0,valfail:0]'"},
	{"22-Nov-2026 03:26:45.870 dnssec: info: validating www.bogus.lab/AAAA: no valid signature found",
	 "'ts':'2026-11-22T03:26:45.870000Z','zone_assumed':true,'ev':'validation'," BIND
	 "'stream':'rec','qname':'www.bogus.lab.','qtype':'AAAA','val':'bogus','reason':'no valid signature found'"},
	{"22-Nov-2026 03:26:45.870 dnssec: debug 3: validating www.bogus.lab/AAAA: verify rdataset (keyid=57828): "
	 "RRSIG "
	 "failed to verify",
	 "'ts':'2026-11-22T03:26:45.870000Z','zone_assumed':true,'ev':'validation'," BIND
	 "'stream':'rec','qname':'www.bogus.lab.','qtype':'AAAA','val':'bogus','reason':'verify rdataset "
	 "(keyid=57828): "
	 "RRSIG failed to verify'"},
	{"22-Nov-2026 03:26:45.870 lame-servers: info: RRSIG failed to verify resolving 'www.bogus.lab/AAAA/IN': "
	 "2001:db8:1::53#53",
	 "'ts':'2026-11-22T03:26:45.870000Z','zone_assumed':true,'ev':'upstream'," BIND
	 "'stream':'rec','family':'ipv6','qname':'www.bogus.lab.','qtype':'AAAA','qclass':'IN','up_server':'2001:db8:1:"
	 ":53',"
	 "'up_port':53,'up_family':'ipv6','reason':'RRSIG failed to verify'"},
	{"22-Nov-2026 03:26:45.870 dnssec: debug 3: validating www.good.lab/AAAA: starting", NULL},
	{"22-Nov-2026 03:26:45.870 general: info: running", NULL},
	{"client @0x1 2001:db8:c::10#1 (a.lab): transfer of 'a.lab/IN': AXFR started", NULL},
	{"client @0x1 2001:db8:c::10#1 (a.lab): query: a.lab IN", ""},
	{"client @0x1 2001:db8:zz::10#1 (a.lab): query: a.lab IN A + (2001:db8:f::1)", ""},
};

#define UNBOUND "'source':'unbound','stream':'rec',"
#define AT_46 "'ts':'2026-11-22T03:26:46.000000Z',"

static const struct row unbound_rows[] = {
	/* Unbound 1.17, LAB */
	{"[1795318006] unbound[6894:0] query: 2001:db8:c::10 www.bogus.lab. AAAA IN",
	 AT_46 "'ev':'query'," UNBOUND C10 ",'qname':'www.bogus.lab.','qtype':'AAAA','qclass':'IN'"},
	{"[1795318006] unbound[6894:0] reply: 2001:db8:c::10 www.bogus.lab. AAAA IN SERVFAIL 0.002103 0 136",
	 AT_46 "'ev':'reply'," UNBOUND C10 ",'qname':'www.bogus.lab.','qtype':'AAAA','qclass':'IN','rcode':'SERVFAIL',"
	       "'us':2103,'cache':'miss','size':136"},
	{"[1795318006] unbound[6894:0] reply: 2001:db8:c::10 legacy.good.lab. AAAA IN NOERROR 0.001104 0 72",
	 AT_46 "'ev':'reply'," UNBOUND C10 ",'qname':'legacy.good.lab.','qtype':'AAAA','qclass':'IN','rcode':'NOERROR',"
	       "'us':1104,'cache':'miss','size':72"},
	{"[1795318006] unbound[6894:0] info: validation failure <www.bogus.lab. AAAA IN>: signature crypto failed from "
	 "2001:db8:1::53",
	 AT_46 "'ev':'validation'," UNBOUND "'family':'ipv6','qname':'www.bogus.lab.','qtype':'AAAA','qclass':'IN',"
	       "'val':'bogus','up_server':'2001:db8:1::53','up_family':'ipv6','reason':'signature crypto failed from "
	       "2001:db8:1::53'"},
	/* no tags, log-destaddr, another clock, syslog */
	{"Nov 22 03:26:46 unbound[6894:0] info: 192.0.2.10 www.good.lab. A IN NOERROR 0.000000 1 60 on udp 192.0.2.53 "
	 "53",
	 AT_46 "'zone_assumed':true,'ev':'reply'," UNBOUND
	       "'client':'192.0.2.10','family':'ipv4','qname':'www.good.lab.',"
	       "'qtype':'A','qclass':'IN','rcode':'NOERROR','us':0,'cache':'hit','size':60,'transport':'udp','server':'"
	       "192.0.2.53'"},
	{"Nov 22 03:26:46 ns1 unbound: [6894:0] info: 2001:db8:c::10 www.good.lab. A IN",
	 AT_46 "'zone_assumed':true,'ev':'query'," UNBOUND C10 ",'qname':'www.good.lab.','qtype':'A','qclass':'IN'"},
	{"[1795318006] unbound[6894:0] reply: 2001:db8:c::10 - - - FORMERR - - 12",
	 AT_46 "'ev':'reply'," UNBOUND C10 ",'rcode':'FORMERR','size':12"},
	{"[1795318006] unbound[6894:0] error: SERVFAIL <www.lame.lab. AAAA IN>: all the configured stub or forward "
	 "servers "
	 "failed, at zone lame.lab. from 2001:db8:1::54 upstream server timeout",
	 AT_46 "'ev':'upstream'," UNBOUND "'family':'ipv6','qname':'www.lame.lab.','qtype':'AAAA','qclass':'IN',"
	       "'up_server':'2001:db8:1::54','up_family':'ipv6','reason':'all the configured stub or forward servers "
	       "failed, at "
	       "zone lame.lab. from 2001:db8:1::54 upstream server timeout'"},
	{"[1795318006] unbound[6894:0] notice: init module 0: validator", NULL},
	{"[1795318006] unbound[6894:0] info: start of service (unbound 1.17.1).", NULL},
	{"[1795318006] unbound[6894:0] reply: 2001:db8:c::10 www.bogus.lab. AAAA IN SERVFAIL", ""},
};

#define COREDNS "'source':'coredns',"
#define COREDNS_FLAGS(aa, ra) "'aa':" aa ",'tc':false,'rd':true,'ra':" ra ",'ad':false,'cd':false,"

static const struct row coredns_rows[] = {
	{"[INFO] [2001:db8:c::10]:50759 - 29008 \"AAAA IN app.example.com. udp 45 false 1232\" NOERROR qr,aa,rd 78 "
	 "0.000213251s",
	 "'ev':'reply'," COREDNS C10
	 ",'cport':50759,'id':29008,'qname':'app.example.com.','qtype':'AAAA','qclass':'IN',"
	 "'transport':'udp','do':false,'has_edns':true,'edns':1232,'rcode':'NOERROR'," COREDNS_FLAGS(
		 "true", "false") "'us':213"},
	{"[INFO] 192.0.2.10:41393 - 54384 \"A IN nope.example.com. udp 46 false 1232\" NXDOMAIN qr,aa,rd 113 "
	 "0.000197162s",
	 "'ev':'reply'," COREDNS
	 "'client':'192.0.2.10','family':'ipv4','cport':41393,'id':54384,'qname':'nope.example.com.',"
	 "'qtype':'A','qclass':'IN','transport':'udp','do':false,'has_edns':true,'edns':1232,'rcode':'NXDOMAIN'"
	 "," COREDNS_FLAGS("true", "false") "'us':197"},
	{"2026-11-22T03:26:45.289Z [INFO] [::1]:57413 - 14639 \"AAAA IN www.bogus.lab. udp 42 true 4096\" SERVFAIL "
	 "qr,rd,ra "
	 "42 0.020948545s",
	 "'ts':'2026-11-22T03:26:45.289000Z','ev':'reply'," COREDNS
	 "'client':'::1','family':'ipv6','cport':57413,'id':14639,"
	 "'qname':'www.bogus.lab.','qtype':'AAAA','qclass':'IN','transport':'udp','do':true,'has_edns':true,'edns':"
	 "4096,"
	 "'rcode':'SERVFAIL'," COREDNS_FLAGS("false", "true") "'us':20948"},
	/* what is printed for the size says nothing without EDNS, nor over TCP */
	{"[INFO] [::1]:7 - 1 \"A IN a.lab. tcp 42 false 65535\" - - 0 5.000s",
	 "'ev':'reply'," COREDNS
	 "'client':'::1','family':'ipv6','cport':7,'id':1,'qname':'a.lab.','qtype':'A','qclass':'IN',"
	 "'transport':'tcp','do':false,'us':5000000"},
	{"[INFO] [::1]:7 - 1 \"A IN a.lab. udp 42 false 512\" - - 0 5.000s",
	 "'ev':'reply'," COREDNS
	 "'client':'::1','family':'ipv6','cport':7,'id':1,'qname':'a.lab.','qtype':'A','qclass':'IN',"
	 "'transport':'udp','do':false,'us':5000000"},
	{"[ERROR] plugin/errors: 2 www.example.com. AAAA: read udp [2001:db8:c::10]:39548->[2001:db8:f::1]:53: i/o "
	 "timeout",
	 "'ev':'upstream'," COREDNS "'family':'ipv6','qname':'www.example.com.','qtype':'AAAA','rcode':'SERVFAIL',"
	 "'up_server':'2001:db8:f::1','up_port':53,'up_family':'ipv6','reason':'read udp "
	 "[2001:db8:c::10]:39548->[2001:db8:f::1]:53: i/o timeout'"},
	{"[ERROR] plugin/errors: 2 www.example.com. A: read udp 10.0.0.2:39548->192.0.2.53:53: i/o timeout",
	 "'ev':'upstream'," COREDNS "'family':'ipv4','qname':'www.example.com.','qtype':'A','rcode':'SERVFAIL',"
	 "'up_server':'192.0.2.53','up_port':53,'up_family':'ipv4','reason':'read udp 10.0.0.2:39548->192.0.2.53:53: "
	 "i/o "
	 "timeout'"},
	{"{\"time\":\"2026-11-22T03:26:45.289Z\",\"client_ip\":\"2001:db8:c::10\",\"qname\":\"app.example.com.\","
	 "\"qtype\":"
	 "\"AAAA\",\"rcode\":null,\"duration_seconds\":0.000213251}",
	 "'ts':'2026-11-22T03:26:45.289000Z','ev':'reply'," COREDNS C10
	 ",'qname':'app.example.com.','qtype':'AAAA','us':213"},
	{"[INFO] plugin/reload: Running configuration SHA512 = 5ce6", NULL},
	{"[WARNING] No files matching import glob pattern", NULL},
};

#define KRESD "'source':'kresd','stream':'rec','ev':'validation','val':'bogus','reason':'validation failure',"
#define PDNS "'source':'powerdns','stream':'rec',"
#define AT_37 "'ts':'2026-11-22T03:28:37.905000Z',"

static const struct row other_rows[] = {
	/* Knot Resolver 5.6, LAB */
	{"[dnssec] validation failure: www.bogus.lab. AAAA", KRESD "'qname':'www.bogus.lab.','qtype':'AAAA'"},
	{"[dnssec] validation failure: dnssec-failed.org. DNSKEY",
	 KRESD "'qname':'dnssec-failed.org.','qtype':'DNSKEY'"},
	{"Nov 22 03:26:46 ns1 kresd[7]: [dnssec] validation failure: www.bogus.lab. AAAA",
	 AT_46 "'zone_assumed':true," KRESD "'qname':'www.bogus.lab.','qtype':'AAAA'"},
	{"[system] warning: hard limit for number of file-descriptors is only 20000 but recommended value is 524288",
	 NULL},
	/* PowerDNS Recursor 4.8, LAB: rcode 0, although SERVFAIL was sent */
	{"Nov 22 03:28:37 msg=\"Answer\" subsystem=\"syncres\" level=\"0\" prio=\"Info\" tid=\"3\" "
	 "ts=\"1795318117.905\" "
	 "additional=\"1\" answers=\"0\" dotout=\"0\" ecs=\"\" mtid=\"1\" netms=\"0.529000\" outqueries=\"4\" "
	 "proto=\"udp\" "
	 "qname=\"www.bogus.lab\" qtype=\"AAAA\" rcode=\"0\" rd=\"1\" remote=\"[2001:db8:c::10]:55615\" tcpout=\"0\" "
	 "throttled=\"0\" timeouts=\"0\" totms=\"1.295000\" validationState=\"Bogus - No valid RRSIG\"",
	 AT_37 "'ev':'reply'," PDNS C10 ",'cport':55615,'qname':'www.bogus.lab.','qtype':'AAAA','rcode':'SERVFAIL',"
	       "'rcode_inferred':true,'rd':true,'transport':'udp','an':0,'us':1295,'up_tries':4,'val':'bogus',"
	       "'reason':'Bogus - No valid RRSIG'"},
	{"Nov 22 03:28:37 msg=\"Validates as Bogus\" subsystem=\"syncres\" level=\"0\" prio=\"Notice\" tid=\"3\" "
	 "ts=\"1795318117.905\" ecs=\"\" mtid=\"1\" proto=\"udp\" qname=\"www.bogus.lab\" qtype=\"AAAA\" "
	 "remote=\"[2001:db8:c::10]:55615\" vstate=\"Bogus - No valid RRSIG\"",
	 AT_37 "'ev':'validation'," PDNS C10 ",'cport':55615,'qname':'www.bogus.lab.','qtype':'AAAA','transport':'udp',"
	       "'val':'bogus','reason':'Bogus - No valid RRSIG'"},
	{"Remote 2001:db8:c::10 wants 'example.com|AAAA', do = 0, bufsize = 1232",
	 "'ev':'query','source':'powerdns','stream':'auth'," C10 ",'qname':'example.com.','qtype':'AAAA','do':false,"
	 "'has_edns':true,'edns':1232"},
	{"msg=\"Enabling IPv6\" subsystem=\"config\"", NULL},
	/* other programs' lines, and none */
	{"2026-11-22T03:26:40+0000 info: [good.lab.] loaded, serial none -> 2026112201, 6397 bytes", ""},
	{"[2026-11-22 03:26:02.861] nsd[6891]: notice: nsd starting (NSD 4.6.1)", ""},
	{"{\"no\":\"log\"}", ""},
	{"{\"broken\":", ""},
	{"", NULL},
	{"   ", ""},
};

#define VPC(name, type, rcode, port, second, an)                                                                       \
	"'ts':'2026-11-22T03:26:" second                                                                               \
	".000000Z','ev':'reply','source':'route53','stream':'rec','service':'vpc-0a1b2c3d',"                           \
	"'client':'10.0.3.17','family':'ipv4','cport':" port ",'qname':'" name "','qtype':'" type "','qclass':'IN',"   \
	"'transport':'udp','rcode':'" rcode "','an':" an
#define VPC_LINE(name, type, rcode, answers, port, second)                                                             \
	"{\"version\":\"1.100000\",\"account_id\":\"111122223333\",\"region\":\"us-east-1\",\"vpc_id\":\"vpc-"         \
	"0a1b2c3d\","                                                                                                  \
	"\"query_timestamp\":\"2026-11-22T03:26:" second "Z\",\"query_name\":\"" name "\",\"query_type\":\"" type      \
	"\","                                                                                                          \
	"\"query_class\":\"IN\",\"rcode\":\"" rcode "\",\"answers\":[" answers                                         \
	"],\"srcaddr\":\"10.0.3.17\",\"srcport\":\"" port "\",\"transport\":\"UDP\",\"srcids\":{}}"
#define PUBLIC "'ev':'reply','source':'route53','stream':'auth','service':'Z0EXAMPLE0ZONE','qname':'app.example.com.',"
#define CLOUD                                                                                                          \
	"'ev':'reply','source':'clouddns','service':'default','client':'10.0.3.17','family':'ipv4',"                   \
	"'transport':'udp','rcode':'NOERROR','aa':true,"

static const struct row cloud_rows[] = {
	{VPC_LINE("app.example.com.", "AAAA", "NOERROR",
		  "{\"Rdata\":\"edge.example.net.\",\"Type\":\"CNAME\",\"Class\":\"IN\"},"
		  "{\"Rdata\":\"2001:db8:10::20\",\"Type\":\"AAAA\",\"Class\":\"IN\"}",
		  "43312", "45"),
	 VPC("app.example.com.", "AAAA", "NOERROR", "43312", "45", "2")},
	{VPC_LINE("v4only.example.com.", "AAAA", "NOERROR", "", "39727", "45"),
	 VPC("v4only.example.com.", "AAAA", "NOERROR", "39727", "45", "0")},
	{VPC_LINE("nope.example.com.", "AAAA", "NXDOMAIN", "", "48701", "46"),
	 VPC("nope.example.com.", "AAAA", "NXDOMAIN", "48701", "46", "0")},
	{"1.0 2026-11-22T03:26:45.130Z Z0EXAMPLE0ZONE app.example.com A NOERROR UDP FRA6 198.51.100.7 -",
	 "'ts':'2026-11-22T03:26:45.130000Z'," PUBLIC "'qtype':'A','rcode':'NOERROR','transport':'udp',"
	 "'client':'198.51.100.7','family':'ipv4'"},
	{"1.0 2026-11-22T03:26:45.235Z Z0EXAMPLE0ZONE app.example.com AAAA NOERROR TCP IAD12 198.51.100.7 192.0.2.0/24",
	 "'ts':'2026-11-22T03:26:45.235000Z'," PUBLIC "'qtype':'AAAA','rcode':'NOERROR','transport':'tcp',"
	 "'client':'198.51.100.7','family':'ipv4'"},
	{"1.0 2026-11-22T03:26:45.983Z Z0EXAMPLE0ZONE app.example.com ANY NOERROR UDP FRA6 2001:db8::1234 "
	 "2001:db8:abcd::/48",
	 "'ts':'2026-11-22T03:26:45.983000Z'," PUBLIC "'qtype':'ANY','rcode':'NOERROR','transport':'udp',"
	 "'client':'2001:db8::1234','family':'ipv6'"},
	{"{\"insertId\":\"a1\",\"jsonPayload\":{\"authAnswer\":true,\"protocol\":\"UDP\",\"queryName\":\"app.example."
	 "com.\","
	 "\"queryType\":\"A\",\"rdata\":\"app.example.com.\\t300\\tIN\\ta\\t192.0.2.20\",\"responseCode\":\"NOERROR\","
	 "\"serverLatency\":14,\"sourceIP\":\"10.0.3.17\",\"sourceNetwork\":\"default\",\"vmInstanceId\":"
	 "8340998530665147,"
	 "\"vmInstanceName\":\"111122223333.web\",\"vmProjectId\":\"project\",\"vmZoneName\":\"europe-west2-a\"},"
	 "\"logName\":\"projects/project/logs/dns.googleapis.com%2Fdns_queries\",\"receiveTimestamp\":"
	 "\"2026-11-22T03:26:45.502805637Z\",\"resource\":{\"labels\":{\"location\":\"europe-west2\",\"project_id\":"
	 "\"project\",\"source_type\":\"gce-vm\",\"target_name\":\"\",\"target_type\":\"external\"},\"type\":\"dns_"
	 "query\"},"
	 "\"severity\":\"INFO\",\"timestamp\":\"2026-11-22T03:26:45.341873447Z\"}",
	 "'ts':'2026-11-22T03:26:45.341873Z','stream':'rec'," CLOUD
	 "'qname':'app.example.com.','qtype':'A','us':14000,'an':1"},
	{"{\"insertId\":\"a2\",\"jsonPayload\":{\"authAnswer\":true,\"protocol\":\"UDP\",\"queryName\":\"app.example."
	 "com.\","
	 "\"queryType\":\"AAAA\",\"rdata\":\"app.example.com.\\t300\\tIN\\taaaa\\t2001:db8:10:0:0:0:0:20\","
	 "\"responseCode\":\"NOERROR\",\"serverLatency\":7,\"sourceIP\":\"10.0.3.17\",\"sourceNetwork\":\"default\"},"
	 "\"resource\":{\"labels\":{\"source_type\":\"gce-vm\"},\"type\":\"dns_query\"},"
	 "\"timestamp\":\"2026-11-22T03:26:48.581183441Z\"}",
	 "'ts':'2026-11-22T03:26:48.581183Z','stream':'rec'," CLOUD
	 "'qname':'app.example.com.','qtype':'AAAA','us':7000,'an':1"},
	/* the records were cut: how many there are is not known; nor is the stream */
	{"{\"jsonPayload\":{\"authAnswer\":true,\"protocol\":\"UDP\",\"queryName\":\"example.com.\",\"queryType\":"
	 "\"NS\","
	 "\"rdata\":\"example.com.\\t21600\\tIN\\tns\\tns1.example.com.\\nexample.com.\\t21600\\tIN\\tns\\tns2.example."
	 "com....\","
	 "\"responseCode\":\"NOERROR\",\"serverLatency\":9,\"sourceIP\":\"10.0.3.17\",\"sourceNetwork\":\"default\","
	 "\"dns64Translated\":true}}",
	 CLOUD "'qname':'example.com.','qtype':'NS','us':9000,'aaaa':'dns64'"},
};

#define OWN "'source':'sextant',"

static const struct row own_rows[] = {
	{"{\"v\":1,\"ts\":\"2026-11-22T03:26:45.870123Z\",\"ev\":\"reply\",\"node\":\"ns1\",\"service\":\"office\","
	 "\"role\":"
	 "\"resolver\",\"client\":\"2001:db8:c::10\",\"cport\":39627,\"server\":\"2001:db8:f::1\",\"family\":\"ipv6\","
	 "\"transport\":\"udp\",\"id\":37269,\"qname\":\"www.bogus.lab.\",\"qtype\":\"AAAA\",\"qclass\":\"IN\",\"rd\":"
	 "true,"
	 "\"do\":false,\"cd\":false,\"edns\":1232,\"rcode\":\"SERVFAIL\",\"aa\":false,\"tc\":false,\"ad\":false,\"an\":"
	 "0,"
	 "\"size\":136,\"us\":2103,\"cache\":\"miss\",\"val\":\"bogus\",\"ede\":6,\"ede_text\":\"RRSIG AAAA does not "
	 "verify\",\"aaaa\":\"-\",\"up_family\":\"ipv6\",\"up_tries\":4}",
	 "'ts':'2026-11-22T03:26:45.870123Z','ev':'reply'," OWN "'stream':'rec','service':'office'," C10
	 ",'cport':39627,"
	 "'server':'2001:db8:f::1','transport':'udp','id':37269,'qname':'www.bogus.lab.','qtype':'AAAA','qclass':'IN',"
	 "'rd':true,'do':false,'cd':false,'has_edns':true,'edns':1232,'rcode':'SERVFAIL','aa':false,'tc':false,'ad':"
	 "false,"
	 "'an':0,'size':136,'us':2103,'cache':'miss','val':'bogus','ede':6,'aaaa':'-','up_family':'ipv6','up_tries':4"},
	{"{\"v\":1,\"ts\":\"2026-11-22T03:26:45.802410Z\",\"ev\":\"reply\",\"service\":\"v6only-lan\",\"role\":"
	 "\"resolver\","
	 "\"client\":\"2001:db8:c::10\",\"family\":\"ipv6\",\"transport\":\"udp\",\"qname\":\"legacy.good.lab.\","
	 "\"qtype\":"
	 "\"AAAA\",\"rcode\":\"NOERROR\",\"an\":1,\"size\":100,\"us\":1104,\"cache\":\"miss\",\"val\":\"secure\","
	 "\"ede\":29,"
	 "\"aaaa\":\"dns64\",\"dns64_prefix\":\"64:ff9b::/96\"}",
	 "'ts':'2026-11-22T03:26:45.802410Z','ev':'reply'," OWN "'stream':'rec','service':'v6only-lan'," C10
	 ",'transport':'udp','qname':'legacy.good.lab.','qtype':'AAAA','rcode':'NOERROR','an':1,'size':100,'us':1104,"
	 "'cache':'miss','val':'secure','ede':29,'aaaa':'dns64'"},
	/* tried over IPv6, answered over IPv4; a refresh that failed; a probe */
	{"{\"v\":1,\"ts\":\"2026-11-22T03:26:45.870123Z\",\"ev\":\"reply\",\"role\":\"resolver\",\"rcode\":\"NOERROR\","
	 "\"ttl\":300,\"up_tried\":[\"ipv6\",7,\"ipv5\",\"ipv4\"],\"up_family\":\"ipv4\",\"up_us\":402000}",
	 "'ts':'2026-11-22T03:26:45.870123Z','ev':'reply'," OWN "'stream':'rec','rcode':'NOERROR','ttl':300,"
	 "'up_family':'ipv4','up_tried':['ipv6','ipv4'],'up_us':402000"},
	{"{\"v\":1,\"ev\":\"refresh\",\"role\":\"resolver\",\"qname\":\"www.bogus.lab.\",\"qtype\":\"AAAA\","
	 "\"rcode\":\"SERVFAIL\",\"ttl_left_s\":240,\"up_tried\":[\"ipv6\"]}",
	 "'ev':'refresh'," OWN "'stream':'rec','qname':'www.bogus.lab.','qtype':'AAAA','rcode':'SERVFAIL',"
	 "'ttl_left_s':240,'up_tried':['ipv6']"},
	{"{\"v\":1,\"ev\":\"reply\",\"stream\":\"probe\",\"client\":\"::1\",\"server\":\"192.0.2.1\",\"transport\":\"tcp\","
	 "\"qname\":\"www.bogus.lab.\",\"qtype\":\"AAAA\",\"cd\":true,\"reason\":\"no answer\"}",
	 "'ev':'reply'," OWN "'stream':'probe','client':'::1','server':'192.0.2.1','family':'ipv4','transport':'tcp',"
	 "'qname':'www.bogus.lab.','qtype':'AAAA','cd':true,'reason':'no answer'"},
	/* the daemon's own log of the same */
	{"{\"v\":1,\"ts\":\"2026-11-22T03:26:45.870123Z\",\"ev\":\"refresh\",\"level\":\"warning\",\"service\":\"office\",\"role\":"
	 "\"resolver\",\"qname\":\"www.bogus.lab.\",\"qtype\":\"A\",\"up_family\":\"ipv6\",\"up_server\":\"2001:db8::53@53\","
	 "\"ttl_left_s\":57,\"ede\":22,\"ede_text\":\"No Reachable Authority\",\"msg\":\"the refresh failed\"}",
	 "'ts':'2026-11-22T03:26:45.870123Z','ev':'refresh'," OWN "'stream':'rec','service':'office','qname':'www.bogus.lab.',"
	 "'qtype':'A','family':'ipv6','up_server':'2001:db8::53','up_port':53,'up_family':'ipv6','ttl_left_s':57,'ede':22,"
	 "'reason':'the refresh failed'"},
	/* of a server that failed on the way, the family says no more than its address does */
	{"{\"v\":1,\"ev\":\"upstream\",\"up_server\":\"2001:db8::1@53\",\"up_family\":\"ipv6\",\"up_tried\":\"ipv6\"}",
	 "'ev':'upstream'," OWN "'family':'ipv6','up_server':'2001:db8::1','up_port':53,'up_family':'ipv6'"},
	{"{\"v\":1,\"ts\":\"2026-11-22T03:27:10.000000Z\",\"ev\":\"signal\",\"signal\":\"AAAA-SERVFAIL\"}", NULL},
	/* telemetry/querylog, text */
	{"03:26:45.870 auth 2001:db8:c::10        www.bogus.lab.                 AAAA   SERVFAIL  -  udp6 2103 us  EDE "
	 "14",
	 "'ts':'2026-11-22T03:26:45.870000Z','ev':'reply'," OWN "'stream':'auth'," C10 ",'qname':'www.bogus.lab.',"
	 "'qtype':'AAAA','rcode':'SERVFAIL','tc':false,'transport':'udp','us':2103,'ede':14"},
	/* later in the day than the clock: of yesterday */
	{"13:26:45.870 reso 192.0.2.10            legacy.good.lab.               AAAA   NOERROR   tc tcp4 1104 us  "
	 "miss dns64",
	 "'ts':'2026-11-21T13:26:45.870000Z','ev':'reply'," OWN "'stream':'rec','client':'192.0.2.10','family':'ipv4',"
	 "'qname':'legacy.good.lab.','qtype':'AAAA','rcode':'NOERROR','tc':true,'transport':'tcp','us':1104,"
	 "'cache':'miss','aaaa':'dns64'"},
};

static json_t *want_of(const char *text)
{
	struct text json = {0};
	text_add(&json, "{");
	for (; *text != '\0'; text++)
		text_add_char(&json, *text == '\'' ? '"' : *text);
	text_add(&json, "}");
	json_error_t error;
	json_t *object = json_loads(json.data, JSON_REJECT_DUPLICATES, &error);
	if (object == NULL)
		fail_msg("the test's own row: %s: %s", error.text, json.data);
	json_object_set_new(object, "v", json_integer(1));
	text_free(&json);
	return object;
}

static void row_check(const struct row *row, enum line_verdict verdict, const struct event *event)
{
	if (row->want == NULL || row->want[0] == '\0') {
		if (verdict != (row->want == NULL ? LINE_PASSED_OVER : LINE_UNREAD))
			fail_msg("%s\nverdict %d", row->line, verdict);
		return;
	}
	if (verdict != LINE_EVENT)
		fail_msg("%s\nverdict %d, wanted %s", row->line, verdict, row->want);
	struct text out = {0};
	event_print_json(event, &out);
	json_t *got = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL), *want = want_of(row->want);
	if (!json_equal(got, want))
		fail_msg("%s\nwanted %s\ngot    %s", row->line, row->want, out.data);
	json_decref(got);
	json_decref(want);
	text_free(&out);
}

static enum line_verdict read_alone(const char *line, enum line_format format, struct event *event)
{
	struct line_reader reader = {.clock = {.now_us = NOW_US}, .format = format};
	return line_read(&reader, span_text(line), event);
}

static void rows_check(const struct row *rows, size_t count, enum line_format format)
{
	for (size_t i = 0; i < count; i++) {
		struct event event;
		row_check(&rows[i], read_alone(rows[i].line, LINE_ANY, &event), &event);
		/* The same when the format is named. */
		if (format != LINE_ANY)
			row_check(&rows[i], read_alone(rows[i].line, format, &event), &event);
	}
}

#define ROWS_CHECK(rows, format) rows_check(rows, sizeof(rows) / sizeof(*rows), format)

static void test_bind(void **state)
{
	(void)state;
	ROWS_CHECK(bind_rows, LINE_BIND);
}

static void test_unbound(void **state)
{
	(void)state;
	ROWS_CHECK(unbound_rows, LINE_UNBOUND);
}

static void test_coredns(void **state)
{
	(void)state;
	ROWS_CHECK(coredns_rows, LINE_COREDNS);
}

static void test_others(void **state)
{
	(void)state;
	ROWS_CHECK(other_rows, LINE_ANY);
}

static void test_clouds(void **state)
{
	(void)state;
	ROWS_CHECK(cloud_rows, LINE_ANY);
}

static void test_own(void **state)
{
	(void)state;
	ROWS_CHECK(own_rows, LINE_SEXTANT);
}

/* What `tail --json` writes is read as the same event. */
static void test_printed_and_read_again(void **state)
{
	(void)state;
	static const struct {
		const struct row *rows;
		size_t count;
	} tables[] = {{bind_rows, sizeof(bind_rows) / sizeof(*bind_rows)},
		      {unbound_rows, sizeof(unbound_rows) / sizeof(*unbound_rows)},
		      {coredns_rows, sizeof(coredns_rows) / sizeof(*coredns_rows)},
		      {other_rows, sizeof(other_rows) / sizeof(*other_rows)},
		      {cloud_rows, sizeof(cloud_rows) / sizeof(*cloud_rows)},
		      {own_rows, sizeof(own_rows) / sizeof(*own_rows)}};
	for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++) {
		for (size_t i = 0; i < tables[t].count; i++) {
			struct event event, again;
			struct text first = {0}, second = {0};
			if (read_alone(tables[t].rows[i].line, LINE_ANY, &event) != LINE_EVENT)
				continue;
			event_print_json(&event, &first);
			assert_int_equal(read_alone(first.data, LINE_ANY, &again), LINE_EVENT);
			again.source = event.source;
			event_print_json(&again, &second);
			assert_string_equal(first.data, second.data);
			text_free(&first);
			text_free(&second);
		}
	}
}

/* Each carrier around one line of BIND: the event is the same, with the carrier's time where the line has none. */
static void test_envelopes(void **state)
{
	(void)state;
	static const struct {
		const char *before;
		const char *time; /* NULL: none */
	} rows[] = {
		{"Nov 22 03:26:45 ns1 named[123]: ", "2026-11-22T03:26:45.000000Z"},
		{"Nov  2 03:26:45 ns1 named[123]: ", "2026-11-02T03:26:45.000000Z"},
		{"Dec 31 23:59:59 ns1 named[123]: ", "2025-12-31T23:59:59.000000Z"}, /* not ahead of the clock */
		{"<30>Nov 22 03:26:45 ns1 named[123]: ", "2026-11-22T03:26:45.000000Z"},
		{"<30>1 2026-11-22T03:26:45.870Z ns1 named 123 - - ", "2026-11-22T03:26:45.870000Z"},
		{"<30>1 2026-11-22T03:26:45.870+01:00 ns1 named - - [a@1 b=\"\\\"]\"][c] \xef\xbb\xbf",
		 "2026-11-22T02:26:45.870000Z"},
		{"<30>1 - - - - - - ", NULL},
		{"2026-11-22T03:26:45.870123+00:00 ns1 named[123]: ", "2026-11-22T03:26:45.870123Z"},
		{"Nov 22 03:26:45.870123 2001:db8::53 named[123]: ", "2026-11-22T03:26:45.870123Z"},
		{"2026-11-22T03:26:45+0100 ns1 named[123]: ", "2026-11-22T02:26:45.000000Z"},
		{"1795318005.870123 ns1 named[123]: ", "2026-11-22T03:26:45.870123Z"},
		{"[12345.678901] ns1 named[123]: ", NULL},
		{"Sun 2026-11-22 03:26:45 UTC ns1 named[123]: ", "2026-11-22T03:26:45.000000Z"},
		{"ns1-1  | ", NULL},
		{"\x1b[36mns1-1  |\x1b[0m ", NULL},
		{"ns1-1  | 2026-11-22T03:26:45.870Z stdout F ", "2026-11-22T03:26:45.870000Z"},
		{"2026-11-22T03:26:45.289123456Z stdout F ", "2026-11-22T03:26:45.289123Z"},
		{"2026-11-22T03:26:45.289123456Z stderr P ", "2026-11-22T03:26:45.289123Z"},
		{"[pod/named-5d78c9869d-abcde/named] ", NULL},
	};
	static const char line[] = "client @0x7f 2001:db8:c::10#39627 (a.lab): query: a.lab IN AAAA + (2001:db8:f::1)";
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct event event, bare;
		struct text carried = {0}, got = {0}, want = {0};
		text_add(&carried, rows[i].before);
		text_add(&carried, line);
		if (read_alone(carried.data, LINE_ANY, &event) != LINE_EVENT)
			fail_msg("not read: %s", carried.data);
		assert_int_equal(read_alone(line, LINE_ANY, &bare), LINE_EVENT);
		uint64_t time_us;
		const char *time = rows[i].time;
		assert_int_equal(event_has(&event, EVENT_HAS_TIME), time != NULL);
		time_us = event.time_us;
		bare.known |= event.known & EVENT_HAS_TIME;
		bare.time_us = time_us;
		bare.is_zone_assumed = event.is_zone_assumed;
		event_print_json(&event, &got);
		event_print_json(&bare, &want);
		assert_string_equal(got.data, want.data);
		if (time != NULL && strstr(got.data, time) == NULL)
			fail_msg("%s\nwanted %s in %s", carried.data, time, got.data);
		text_free(&carried);
		text_free(&got);
		text_free(&want);
	}
}

static void test_json_carriers(void **state)
{
	(void)state;
	struct event event;
	assert_int_equal(read_alone("{\"log\":\"[INFO] [::1]:7 - 1 \\\"A IN a.lab. udp 42 false 512\\\" NOERROR qr 40 "
				    "0.5s\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-22T03:26:45.289123456Z\"}",
				    LINE_ANY, &event),
			 LINE_EVENT);
	assert_int_equal(event.source, LINE_COREDNS);
	assert_int_equal(event.time_us, 1795318005289123);
	assert_int_equal(
		read_alone("{\"__REALTIME_TIMESTAMP\":\"1795318005870123\",\"MESSAGE\":\"[dnssec] validation failure: "
			   "www.bogus.lab. AAAA\"}",
			   LINE_ANY, &event),
		LINE_EVENT);
	assert_int_equal(event.source, LINE_KRESD);
	assert_int_equal(event.time_us, 1795318005870123);
	/* Our own log of objects, as journald and docker keep it; theirs is the stamp only where there is no other. */
	assert_int_equal(read_alone("{\"__REALTIME_TIMESTAMP\":\"1795318005870123\",\"MESSAGE\":\"{\\\"v\\\":1,"
				    "\\\"ev\\\":\\\"reply\\\",\\\"qname\\\":\\\"a.test.\\\"}\"}",
				    LINE_ANY, &event),
			 LINE_EVENT);
	assert_int_equal(event.source, LINE_SEXTANT);
	assert_int_equal(event.time_us, 1795318005870123);
	assert_int_equal(read_alone("{\"log\":\"{\\\"v\\\":1,\\\"ev\\\":\\\"reply\\\",\\\"ts\\\":"
				    "\\\"2026-11-22T03:26:45.289123Z\\\"}\\n\",\"stream\":\"stdout\",\"time\":"
				    "\"2026-11-22T03:26:46Z\"}",
				    LINE_ANY, &event),
			 LINE_EVENT);
	assert_int_equal(event.source, LINE_SEXTANT);
	assert_int_equal(event.time_us, 1795318005289123);
	assert_int_equal(read_alone("{\"MESSAGE\":\"{\"}", LINE_ANY, &event), LINE_UNREAD);
}

static void test_time_zone(void **state)
{
	(void)state;
	static const struct {
		int32_t zone_s;
		uint64_t time_us;
		bool is_assumed;
		const char *stamp;
	} rows[] = {{3600, 1795314405870000, true, "22-Nov-2026 03:26:45.870"},
		    {-12600, 1795330605870000, true, "22-Nov-2026 03:26:45.870"},
		    {3600, 1795318005870000, false, "2026-11-22T03:26:45.870Z"},
		    {3600, 1795314405000000, true, "Nov 22 03:26:45"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct line_reader reader = {.clock = {.now_us = NOW_US, .zone_s = rows[i].zone_s}, .format = LINE_ANY};
		struct text line = {0};
		struct event event;
		text_addf(&line, "%s client 2001:db8::1#1: query: a IN A + (::1)", rows[i].stamp);
		assert_int_equal(line_read(&reader, span_text(line.data), &event), LINE_EVENT);
		assert_int_equal(event.time_us, rows[i].time_us);
		assert_int_equal(event.is_zone_assumed, rows[i].is_assumed);
		assert_int_equal(reader.zone_assumed_count, rows[i].is_assumed);
		text_free(&line);
	}
}

/* What is counted, and which line is shown. The stream of the caller is for sources that do not say. */
static void test_counts(void **state)
{
	(void)state;
	struct line_reader reader = {.clock = {.now_us = NOW_US}, .format = LINE_ANY, .stream = STREAM_AUTHORITATIVE};
	struct event event;
	line_read(&reader, span_text("22-Nov-2026 03:26:45.870 general: info: running"), &event);
	line_read(&reader, span_text("\x1b]0;evil\a nothing"), &event);
	line_read(&reader, span_text("nothing again"), &event);
	assert_int_equal(line_read(&reader, span_text(bind_rows[0].line), &event), LINE_EVENT);
	assert_int_equal(event.stream, STREAM_AUTHORITATIVE);
	assert_int_equal(line_read(&reader, span_text("[1795318006] unbound[6894:0] query: ::1 a. AAAA IN\r"), &event),
			 LINE_EVENT);
	assert_int_equal(event.stream, STREAM_RECURSIVE);
	assert_int_equal(reader.line_count, 5);
	assert_int_equal(reader.event_count, 2);
	assert_int_equal(reader.passed_over_count, 1);
	assert_int_equal(reader.unread_count, 2);
	assert_int_equal(reader.first_unread, 2);
	assert_int_equal(reader.format_counts[LINE_BIND], 1);
	assert_int_equal(reader.format_counts[LINE_UNBOUND], 1);
	struct text out = {0};
	text_add_harmless(&out, reader.sample);
	assert_string_equal(out.data, "\\x1b]0;evil\\x07 nothing");
	text_free(&out);
}

/* Names and reasons are strangers' octets: nothing of them reaches a terminal as a command. */
static void test_hostile_texts(void **state)
{
	(void)state;
	struct event event;
	struct text out = {0};
	assert_int_equal(read_alone("client ::1#1: query failed (\x1b[2J\xc2\x9b\xe2\x80\xae\xff"
				    "caf\xc3\xa9) for "
				    "\\027[2Ja.lab/IN/A at query.c:1",
				    LINE_ANY, &event),
			 LINE_EVENT);
	event_print_text(&event, &out);
	for (size_t i = 0; i + 1 < out.size; i++)
		assert_true((unsigned char)out.data[i] >= ' ' && out.data[i] != 0x7f);
	assert_non_null(strstr(out.data, "\\x1b[2J\\xc2\\x9b\\xe2\\x80\\xae\\xff"
					 "caf\xc3\xa9"));
	assert_non_null(strstr(out.data, " \\027[2Ja.lab "));
	text_free(&out);
}

static void test_text(void **state)
{
	(void)state;
	struct event event;
	struct text out = {0};
	assert_int_equal(read_alone(own_rows[0].line, LINE_ANY, &event), LINE_EVENT);
	event_print_text(&event, &out);
	assert_string_equal(out.data, "2026-11-22T03:26:45.870Z rec  2001:db8:c::10       www.bogus.lab                "
				      "AAAA   SERVFAIL  bogus    udp6 2.1 ms  EDE 6\n");
	text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bind),          cmocka_unit_test(test_unbound),
		cmocka_unit_test(test_coredns),       cmocka_unit_test(test_others),
		cmocka_unit_test(test_clouds),        cmocka_unit_test(test_own),
		cmocka_unit_test(test_envelopes),     cmocka_unit_test(test_printed_and_read_again),
		cmocka_unit_test(test_json_carriers), cmocka_unit_test(test_time_zone),
		cmocka_unit_test(test_counts),        cmocka_unit_test(test_hostile_texts),
		cmocka_unit_test(test_text)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
