/* Posting, and measuring what comes back.
 *
 * Each text begins with a marker, ^ and two numbers in hexadecimal: of the post, and
 * the moment at which it was due. That is all that is read of a frame. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

enum { RING = 1 << 17, SLOWEST = 5000000 }; /* posts on their way; µs */

static struct { uint32_t left, sender; } ring[RING];
static uint32_t *delays; /* deliveries by µs */
static uint32_t posts;
static int posting, measuring;
static int64_t waiting; /* deliveries still to come */
static struct { double seconds, server, kernel, own, idle, busy; uint64_t posts, acks, deliveries, bytes; } sum;
static uint64_t disorder, unknown;
static char run[20]; /* tells this run's posts from earlier ones */
static unsigned *turn; /* whose turn it is in each room */

int room_of(const struct conn *c)
{
    return c->number / (opt.conns / opt.rooms);
}

static int members(void)
{
    return opt.conns / opt.rooms;
}

int64_t talk_post(struct conn *c, int64_t due)
{
    char text[8192], id[48], room[16], frame[1 << 14];
    uint32_t number = posts++;
    int size = snprintf(text, sizeof text, "^%08x%016llx ", number, (unsigned long long)due);
    while (size < opt.size)
        text[size] = "gust "[size % 5], size++;
    text[size] = 0;
    if (!run[0])
        snprintf(run, sizeof run, "%llx", (unsigned long long)now());
    snprintf(id, sizeof id, "%s-%x", run, number);
    snprintf(room, sizeof room, "%d", opt.first_room + room_of(c));
    const char *const values[][2] = {{"text", text}, {"id", id}, {"room", room}, {NULL, NULL}};
    size_t length = fill_in(frame, sizeof frame, opt.post, values);
    ring[number % RING].left = members();
    ring[number % RING].sender = c->number;
    waiting += members();
    if (measuring)
        sum.posts++;
    wire_send(c, 1, frame, length);
    return number;
}

int talk_waiting(void)
{
    return waiting > 0;
}

static void post_next(int room)
{
    struct conn *first = &conns[room * members()];
    talk_post(first + turn[room], now());
    turn[room] = (turn[room] + 1) % opt.senders;
}

static uint64_t hex(const unsigned char *at, int digits)
{
    uint64_t value = 0;
    while (digits--) {
        value = value << 4 | ((*at & 15) + (*at >= 'a' ? 9 : 0));
        at++;
    }
    return value;
}

int talk_told(struct conn *c, const unsigned char *text, size_t size)
{
    const unsigned char *at;
    if (size < 40 || (memcmp(text, "{\"type\":\"message\"", 17) && memcmp(text, "{\"type\":\"ack\"", 13) &&
                      memcmp(text, "42[\"m", 5)))
        return 0;
    at = memchr(text, '^', size - 25);
    if (at == NULL)
        return 0;
    uint32_t number = hex(at + 1, 8);
    int64_t due = hex(at + 9, 16);
    if (number >= posts || posts - number > RING || ring[number % RING].left == 0) {
        unknown++; /* told twice, or by another run */
        return 1;
    }
    if (opt.rooms == 1 && opt.senders == 1 && number != c->last + 1)
        disorder++;
    c->last = number;
    waiting--;
    ring[number % RING].left--;
    int own = ring[number % RING].sender == c->number;
    if (measuring) {
        int64_t delay = (now() - due) / 1000;
        delays[delay < 0 ? 0 : delay < SLOWEST ? delay : SLOWEST - 1]++;
        sum.deliveries++;
        sum.bytes += size;
        sum.acks += own;
    }
    if (posting && !opt.rate) {
        if (*opt.wait == 'a' && opt.wait[1] == 'c') {
            if (own)
                talk_post(c, now());
        } else if (ring[number % RING].left == 0) {
            post_next(room_of(c));
        }
    }
    return 1;
}

static void go_on(double seconds)
{
    static int64_t due;
    int64_t end = now() + (int64_t)(seconds * 1e9);
    if (!due)
        due = now();
    while (now() < end) {
        int64_t next = end;
        if (opt.rate) {
            for (; due <= now(); due += 1e9 / opt.rate) {
                talk_post(&conns[turn[0]], due);
                turn[0] = (turn[0] + 1) % opt.senders;
            }
            next = due < end ? due : end;
        }
        int64_t rest = next - now();
        serve(rest > 0 ? rest : 0);
    }
}

static void read_clocks(int sign)
{
    double kernel;
    sum.seconds += sign * (now() / 1e9);
    sum.server += sign * cpu_of(opt.pid, &kernel);
    sum.kernel += sign * kernel;
    sum.own += sign * cpu_own();
    sum.idle += sign * (idled / 1e9);
    sum.busy += sign * cpu_busy();
}

static double percentile(double share)
{
    uint64_t count = 0;
    for (int i = 0; i < SLOWEST; i++) {
        count += delays[i];
        if (count >= share * sum.deliveries && count)
            return i / 1000.0;
    }
    return 0;
}

void talk(void)
{
    delays = calloc(SLOWEST, sizeof *delays);
    turn = calloc(opt.rooms, sizeof *turn);
    go_on(0.0);
    posting = 1;
    spinning = opt.spin;
    if (!opt.rate) {
        for (int i = 0; i < opt.flight; i++)
            for (int room = 0; room < opt.rooms; room++) {
                if (*opt.wait == 'a' && opt.wait[1] == 'c')
                    for (int s = 0; s < opt.senders; s++)
                        talk_post(&conns[room * members() + s], now());
                else
                    post_next(room);
            }
    }
    go_on(opt.warm);
    read_clocks(-1);
    measuring = 1;
    go_on(opt.seconds);
    measuring = 0;
    read_clocks(1);
    posting = spinning = 0;
    opt.rate = 0;
    for (int64_t end = now() + 10000000000LL; waiting > 0 && now() < end;)
        serve(10000000);
    printf("{\"seconds\": %.4f, \"posts\": %llu, \"acks\": %llu, \"deliveries\": %llu, \"bytes\": %llu, "
           "\"server_cpu\": %.3f, \"kernel_cpu\": %.3f, \"load_cpu\": %.3f, \"other_cpu\": %.3f, \"lost\": %lld, "
           "\"unknown\": %llu, \"disorder\": %llu, \"closed\": %d, \"p50\": %.3f, \"p99\": %.3f, \"max\": %.3f}\n",
           sum.seconds, (unsigned long long)sum.posts, (unsigned long long)sum.acks,
           (unsigned long long)sum.deliveries, (unsigned long long)sum.bytes, sum.server, sum.kernel,
           opt.spin ? sum.own - sum.idle : sum.own,
           sum.busy - sum.server - sum.own, (long long)waiting, (unsigned long long)unknown,
           (unsigned long long)disorder, closed_early, percentile(0.5), percentile(0.99), percentile(1));
}
