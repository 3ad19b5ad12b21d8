/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks a DNS server as fast as it answers, with a fixed window of questions under way, and checks every reply:
 * known ID, QR set, the question the one that was asked.
 *
 *   blast [-t] [-R] [-1] [-r RATE] [-l MS] [-s SECONDS] [-w WINDOW] [-c SOCKETS] [-P PID] FILE ADDRESS PORT
 *
 * FILE has lines "NAME TYPE FLAG": - plain, E with EDNS, D with EDNS and DO. -t: TCP on kept connections.
 * -R: recursion desired. -1: each question once, without warm-up, until all are answered or lost. -r: questions a
 * second at most. -l: lost after so many milliseconds. -P: the server's process, whose CPU time is read. Prints one
 * line of key=value pairs.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 256, BATCH = 64, REPLY_MAX = 4096, STREAM_MAX = 1 << 18 };

struct question {
	uint32_t offset;  /* in wire */
	uint16_t size;    /* octets of the message */
	uint16_t section; /* octets of the question section */
};

struct slot {
	uint64_t sent_us;
	uint32_t question;
	uint8_t turn; /* high octet of the ID: tells a late reply from the one awaited */
	bool is_busy;
};

struct channel {
	int fd;
	struct slot slots[SLOTS];
	uint16_t free_slots[SLOTS];
	unsigned free_count;
	uint8_t *in; /* TCP: what is read and not yet parsed */
	size_t in_size;
	uint8_t *out; /* TCP: what is not yet written */
	size_t out_size;
};

static struct {
	struct question *questions;
	uint8_t *wire;
	uint32_t count, next;
	uint64_t sent, received, bad, late, lost, octets, truncated, rcodes[16];
	uint64_t under_way_most;
	uint64_t *latencies;
	size_t latency_count;
	uint64_t lost_us;
	uint64_t start_us;
	double rate; /* questions a second; 0: as fast as they are answered */
	bool is_tcp, is_recursive, is_once;
} load = {.lost_us = 250000};

enum { LATENCIES_MAX = 1 << 22 };

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static uint16_t type_code(const char *text)
{
	static const struct {
		const char *name;
		uint16_t code;
	} rows[] = {{"A", 1},     {"NS", 2},   {"CNAME", 5}, {"SOA", 6},     {"PTR", 12},   {"MX", 15},  {"TXT", 16},
		    {"AAAA", 28}, {"SRV", 33}, {"DS", 43},   {"DNSKEY", 48}, {"HTTPS", 65}, {"ANY", 255}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcasecmp(rows[i].name, text) == 0)
			return rows[i].code;
	}
	fprintf(stderr, "blast: type %s is not known here\n", text);
	exit(1);
}

static size_t put_name(uint8_t *at, const char *name)
{
	size_t size = 0;
	while (*name != '\0' && strcmp(name, ".") != 0) {
		size_t label = strcspn(name, ".");
		at[size++] = (uint8_t)label;
		memcpy(at + size, name, label);
		size += label;
		name += label + (name[label] == '.');
	}
	at[size++] = 0;
	return size;
}

static struct question put_question(uint8_t *at, const char *name, const char *type, char flag)
{
	static const uint8_t opt[11] = {0, 0, 41, 1232 >> 8, 1232 & 255};
	memset(at, 0, 12);
	at[2] = load.is_recursive ? 1 : 0;
	at[5] = 1;
	size_t size = 12 + put_name(at + 12, name);
	uint16_t code = type_code(type);
	at[size++] = (uint8_t)(code >> 8);
	at[size++] = (uint8_t)code;
	at[size++] = 0;
	at[size++] = 1;
	struct question question = {.section = (uint16_t)(size - 12)};
	if (flag != '-') {
		at[11] = 1;
		memcpy(at + size, opt, sizeof(opt));
		if (flag == 'D')
			at[size + 7] = 0x80;
		size += sizeof(opt);
	}
	question.size = (uint16_t)size;
	return question;
}

static void read_questions(const char *path)
{
	FILE *file = fopen(path, "r");
	if (file == NULL)
		die(path);
	char line[1024], name[512], type[32], flag;
	size_t used = 0, room = 0;
	uint32_t count_max = 0;
	while (fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "%511s %31s %c", name, type, &flag) != 3)
			continue;
		if (room - used < 1024 || load.count == count_max) {
			room = room * 2 + (1 << 20);
			count_max = count_max * 2 + 65536;
			load.wire = realloc(load.wire, room);
			load.questions = realloc(load.questions, count_max * sizeof(*load.questions));
			if (load.wire == NULL || load.questions == NULL)
				die("memory");
		}
		struct question question = put_question(load.wire + used, name, type, flag);
		question.offset = (uint32_t)used;
		used += question.size;
		load.questions[load.count++] = question;
	}
	fclose(file);
	if (load.count == 0)
		exit(1);
}

static void channel_open(struct channel *channel, const struct sockaddr_storage *server, socklen_t size)
{
	channel->fd = socket(server->ss_family, load.is_tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
	if (channel->fd < 0 || connect(channel->fd, (const struct sockaddr *)server, size) != 0)
		die("connect");
	int buffer = 4 << 20, one = 1;
	setsockopt(channel->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	if (load.is_tcp)
		setsockopt(channel->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(channel->fd, F_SETFL, O_NONBLOCK);
	channel->in = malloc(STREAM_MAX);
	channel->out = malloc(STREAM_MAX);
	if (channel->in == NULL || channel->out == NULL)
		die("memory");
}

static void channel_set_window(struct channel *channel, unsigned window)
{
	for (unsigned i = 0; i < window && i < SLOTS; i++)
		channel->free_slots[channel->free_count++] = (uint16_t)i;
}

static bool may_send(uint64_t now)
{
	if (load.is_once && load.next == load.count)
		return false;
	return load.rate <= 0 || (double)load.sent < load.rate * (double)(now - load.start_us) / 1e6;
}

/* The next question, its ID the slot's number; NULL when the window is full or its time has not come. */
static const struct question *channel_next(struct channel *channel, uint64_t now, uint8_t ret_message[1024])
{
	if (channel->free_count == 0 || !may_send(now))
		return NULL;
	uint16_t number = channel->free_slots[--channel->free_count];
	uint32_t index = load.next;
	load.next = index + 1 == load.count && !load.is_once ? 0 : index + 1;
	struct slot *slot = &channel->slots[number];
	*slot = (struct slot){.sent_us = now, .question = index, .turn = (uint8_t)(slot->turn + 1), .is_busy = true};
	const struct question *question = &load.questions[index];
	memcpy(ret_message, load.wire + question->offset, question->size);
	ret_message[0] = slot->turn;
	ret_message[1] = (uint8_t)number;
	load.sent++;
	return question;
}

static void channel_take_reply(struct channel *channel, const uint8_t *reply, size_t size, uint64_t now)
{
	if (size < 12 || (reply[2] & 0x80) == 0) {
		load.bad++;
		return;
	}
	uint8_t number = reply[1];
	struct slot *slot = &channel->slots[number];
	if (!slot->is_busy || slot->turn != reply[0]) {
		load.late++;
		return;
	}
	const struct question *question = &load.questions[slot->question];
	if (size < 12u + question->section ||
	    memcmp(reply + 12, load.wire + question->offset + 12, question->section) != 0)
		load.bad++;
	slot->is_busy = false;
	channel->free_slots[channel->free_count++] = number;
	load.received++;
	load.octets += size;
	load.rcodes[reply[3] & 15]++;
	load.truncated += (reply[2] & 2) != 0;
	if (load.latency_count < LATENCIES_MAX)
		load.latencies[load.latency_count++] = now - slot->sent_us;
}

static void channel_expire(struct channel *channel, uint64_t now)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if (channel->slots[i].is_busy && now - channel->slots[i].sent_us > load.lost_us) {
			channel->slots[i].is_busy = false;
			channel->free_slots[channel->free_count++] = (uint16_t)i;
			load.lost++;
		}
	}
}

static void udp_turn(struct channel *channel)
{
	static uint8_t buffers[BATCH][REPLY_MAX];
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH];
	memset(messages, 0, sizeof(messages));
	for (unsigned i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){.iov_base = buffers[i], .iov_len = REPLY_MAX};
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	int got = recvmmsg(channel->fd, messages, BATCH, MSG_DONTWAIT, NULL);
	uint64_t now = now_us();
	for (int i = 0; i < got; i++)
		channel_take_reply(channel, buffers[i], messages[i].msg_len, now);
	unsigned filled = 0;
	const struct question *question;
	while (filled < BATCH && (question = channel_next(channel, now, buffers[filled])) != NULL)
		parts[filled++].iov_len = question->size;
	if (filled > 0)
		sendmmsg(channel->fd, messages, filled, 0);
}

static void tcp_read(struct channel *channel)
{
	ssize_t got = read(channel->fd, channel->in + channel->in_size, STREAM_MAX - channel->in_size);
	if (got == 0 || (got < 0 && errno != EAGAIN))
		die("the server closed a connection");
	uint64_t now = now_us();
	channel->in_size += got > 0 ? (size_t)got : 0;
	size_t at = 0;
	while (channel->in_size - at >= 2) {
		size_t size = (size_t)(channel->in[at] << 8 | channel->in[at + 1]);
		if (channel->in_size - at < 2 + size)
			break;
		channel_take_reply(channel, channel->in + at + 2, size, now);
		at += 2 + size;
	}
	memmove(channel->in, channel->in + at, channel->in_size - at);
	channel->in_size -= at;
}

static void tcp_turn(struct channel *channel)
{
	tcp_read(channel);
	uint64_t now = now_us();
	const struct question *question;
	while (channel->out_size + 1026 < STREAM_MAX &&
	       (question = channel_next(channel, now, channel->out + channel->out_size + 2)) != NULL) {
		channel->out[channel->out_size] = (uint8_t)(question->size >> 8);
		channel->out[channel->out_size + 1] = (uint8_t)question->size;
		channel->out_size += 2u + question->size;
	}
	if (channel->out_size == 0)
		return;
	ssize_t put = write(channel->fd, channel->out, channel->out_size);
	if (put < 0 && errno != EAGAIN)
		die("write");
	if (put > 0) {
		memmove(channel->out, channel->out + put, channel->out_size - (size_t)put);
		channel->out_size -= (size_t)put;
	}
}

/* CPU nanoseconds of all threads of a process. */
static uint64_t process_cpu_ns(long pid)
{
	char command[128];
	snprintf(command, sizeof(command), "cat /proc/%ld/task/*/schedstat 2>/dev/null", pid);
	FILE *pipe = popen(command, "r");
	uint64_t sum = 0, ran, waited, slices;
	while (pipe != NULL && fscanf(pipe, "%lu %lu %lu", &ran, &waited, &slices) == 3)
		sum += ran;
	if (pipe != NULL)
		pclose(pipe);
	return sum;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

static uint64_t under_way(void)
{
	return load.sent - load.received - load.lost;
}

static bool is_over(void)
{
	return load.is_once && load.next == load.count && under_way() == 0;
}

static void run(struct channel *channels, unsigned count, double seconds)
{
	uint64_t end = now_us() + (uint64_t)(seconds * 1e6);
	uint64_t next_expiry = 0;
	load.start_us = now_us();
	for (uint64_t now = load.start_us; now < end && !is_over(); now = now_us()) {
		for (unsigned i = 0; i < count; i++)
			load.is_tcp ? tcp_turn(&channels[i]) : udp_turn(&channels[i]);
		if (under_way() > load.under_way_most)
			load.under_way_most = under_way();
		if (now < next_expiry)
			continue;
		next_expiry = now + 50000;
		for (unsigned i = 0; i < count && !load.is_tcp; i++)
			channel_expire(&channels[i], now_us());
	}
}

static void report(double seconds, uint64_t cpu_ns)
{
	qsort(load.latencies, load.latency_count, sizeof(uint64_t), compare_u64);
	uint64_t got = load.received > 0 ? load.received : 1;
	size_t last = load.latency_count > 0 ? load.latency_count - 1 : 0;
	printf("qps=%.0f received=%lu lost=%lu late=%lu bad=%lu mean_octets=%.0f truncated=%lu noerror=%lu "
	       "nxdomain=%lu "
	       "refused=%lu servfail=%lu under_way_most=%lu p50_us=%lu p99_us=%lu max_us=%lu cpu_ns=%.0f busy=%.2f\n",
	       (double)load.received / seconds, load.received, load.lost, load.late, load.bad,
	       (double)load.octets / (double)got, load.truncated, load.rcodes[0], load.rcodes[3], load.rcodes[5],
	       load.rcodes[2], load.under_way_most, load.latencies[last / 2], load.latencies[last * 99 / 100],
	       load.latencies[last], (double)cpu_ns / (double)got, (double)cpu_ns / 1e9 / seconds);
}

static void counters_reset(void)
{
	load.sent = load.received = load.bad = load.late = load.lost = load.octets = load.truncated =
		load.under_way_most = 0;
	memset(load.rcodes, 0, sizeof(load.rcodes));
	load.latency_count = 0;
}

static socklen_t server_address(const char *address, const char *port, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)atoi(port));
		return sizeof(*v6);
	}
	if (inet_pton(AF_INET, address, &v4->sin_addr) != 1) {
		fprintf(stderr, "blast: %s is no address\n", address);
		exit(1);
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons((uint16_t)atoi(port));
	return sizeof(*v4);
}

int main(int argc, char **argv)
{
	double seconds = 3;
	unsigned window = 192, count = 8;
	long pid = 0;
	int option;
	while ((option = getopt(argc, argv, "tR1r:l:s:w:c:P:")) != -1) {
		switch (option) {
		case 't':
			load.is_tcp = true;
			break;
		case 'R':
			load.is_recursive = true;
			break;
		case '1':
			load.is_once = true;
			break;
		case 'r':
			load.rate = atof(optarg);
			break;
		case 'l':
			load.lost_us = (uint64_t)atoi(optarg) * 1000;
			break;
		case 's':
			seconds = atof(optarg);
			break;
		case 'w':
			window = (unsigned)atoi(optarg);
			break;
		case 'c':
			count = (unsigned)atoi(optarg);
			break;
		case 'P':
			pid = atol(optarg);
			break;
		default:
			return 2;
		}
	}
	if (argc - optind != 3 || count == 0 || window / count == 0 || window / count > SLOTS || seconds <= 0) {
		fprintf(stderr, "usage: blast [-tR1] [-r RATE] [-l MS] [-s SECONDS] [-w WINDOW] [-c SOCKETS] [-P PID] "
				"FILE ADDRESS PORT\n");
		return 2;
	}
	read_questions(argv[optind]);
	load.latencies = calloc(LATENCIES_MAX, sizeof(uint64_t));
	struct channel *channels = calloc(count, sizeof(*channels));
	if (load.latencies == NULL || channels == NULL)
		die("memory");
	struct sockaddr_storage server;
	socklen_t size = server_address(argv[optind + 1], argv[optind + 2], &server);
	for (unsigned i = 0; i < count; i++) {
		channel_open(&channels[i], &server, size);
		channel_set_window(&channels[i], window / count);
	}
	if (!load.is_once) {
		run(channels, count, seconds / 5); /* warm up */
		counters_reset();
	}
	uint64_t cpu_ns = process_cpu_ns(pid);
	uint64_t start = now_us();
	run(channels, count, seconds);
	report((double)(now_us() - start) / 1e6, process_cpu_ns(pid) - cpu_ns);
	return load.received > 0 && load.bad == 0 ? 0 : 1;
}
