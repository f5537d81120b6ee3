/* The load: many WebSocket clients in one thread, and one line of JSON about it. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "load.h"

struct options opt = {
    .mode = "talk", .path = "/", .back = "", .hello = "", .ready = "", .cookies = "", .wait = "all",
    .post = "{\"type\":\"message\",\"text\":\"{text}\",\"msgId\":\"{id}\"}",
    .conns = 1, .rooms = 1, .first_room = 1, .senders = 1, .flight = 1, .at_once = 64, .size = 60,
    .spin = 1,
    .warm = 1, .seconds = 2,
};
struct conn *conns;
int epoll, closed_early, spinning;
int64_t idled;

static int opened, ready, returning, leaving;
static char **cookies;
static char epoch[64] = "";
static long long since;

size_t fill_in(char *out, size_t room, const char *template, const char *const values[][2])
{
    size_t at = 0;
    while (*template && at + 1 < room) {
        int i = 0;
        size_t name = 0;
        for (; *template == '{' && values[i][0]; i++) {
            name = strlen(values[i][0]);
            if (strncmp(template + 1, values[i][0], name) == 0 && template[name + 1] == '}')
                break;
        }
        if (*template != '{' || !values[i][0]) {
            out[at++] = *template++;
            continue;
        }
        at += snprintf(out + at, room - at, "%s", values[i][1]);
        template += name + 2;
    }
    out[at] = 0;
    return at;
}

static const char *request_of(struct conn *c)
{
    static char request[4096];
    char path[1024], room[16], user[16], position[24];
    snprintf(room, sizeof room, "%d", opt.first_room + room_of(c));
    snprintf(user, sizeof user, "l%d", c->number);
    snprintf(position, sizeof position, "%lld", since);
    const char *const values[][2] = {
        {"room", room}, {"user", user}, {"epoch", epoch}, {"since", position}, {NULL, NULL}};
    fill_in(path, sizeof path, returning ? opt.back : opt.path, values);
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s%s%s\r\n",
             path, opt.port, cookies ? "Cookie: gust=" : "", cookies ? cookies[c->number] : "",
             cookies ? "\r\n" : "");
    return request;
}

static void make_ready(struct conn *c)
{
    ready += !c->ready;
    c->ready = 1;
}

void on_open(struct conn *c)
{
    opened++;
    if (*opt.hello)
        wire_send(c, 1, opt.hello, strlen(opt.hello));
    if (!*opt.ready)
        make_ready(c);
}

void on_text(struct conn *c, const unsigned char *text, size_t size)
{
    if (talk_told(c, text, size))
        return;
    if (*opt.ready && size >= strlen(opt.ready) && !memcmp(text, opt.ready, strlen(opt.ready)))
        make_ready(c);
    if (size == 1 && *text == '2') /* Engine.IO's own ping */
        wire_send(c, 1, "3", 1);
    if (!returning && c->number == 0 && *opt.back) { /* where are we? */
        const unsigned char *at = memmem(text, size, "\"epoch\":\"", 9);
        if (at != NULL)
            sscanf((const char *)at + 9, "%63[^\"]", epoch);
        at = size > 40 ? memmem(text, size, "],\"seq\":", 8) : NULL; /* of a history */
        if (at != NULL)
            sscanf((const char *)at + 8, "%lld", &since);
    }
    if (size > 15 && !memcmp(text, "{\"type\":\"error\"", 15))
        fprintf(stderr, "%.*s\n", (int)size, (const char *)text);
}

void on_closed(struct conn *c, const char *why)
{
    if (leaving)
        return;
    if (closed_early++ < 3)
        fprintf(stderr, "connection %u: %s\n", c->number, why);
}

void serve(int64_t ns)
{
    struct epoll_event events[512];
    struct timespec most = {ns / 1000000000, ns % 1000000000};
    int64_t begun = spinning ? now_of_cpu() : 0;
    if (spinning)
        most.tv_sec = most.tv_nsec = 0;
    int count = epoll_pwait2(epoll, events, 512, &most, NULL);
    if (spinning && count <= 0)
        idled += now_of_cpu() - begun;
    for (int i = 0; i < count; i++) {
        struct conn *c = events[i].data.ptr;
        if (c != NULL && c->state != CLOSED)
            wire_ready(c, events[i].events, c->state == CONNECTING ? request_of(c) : NULL);
    }
}

/* Connect all, so many at once; give the seconds until the last one was ready. */
static double connect_all(int at_once)
{
    char source[20];
    int64_t begun = now(), end = begun + 120000000000LL;
    int lost = closed_early;
    opened = ready = 0;
    for (int i = 0; ready + closed_early - lost < opt.conns && now() < end;) {
        for (; i < opt.conns && i - ready - (closed_early - lost) < at_once; i++) {
            snprintf(source, sizeof source, "127.0.0.%d", 2 + i % 8);
            wire_connect(epoll, &conns[i], opt.port, source);
        }
        serve(100000000);
    }
    return (now() - begun) / 1e9;
}

/* Drop all but the first, let it post what they miss, have all come back at once. */
static void come_back(void)
{
    double server, own, busy, took, kernel;
    leaving = 1;
    for (int i = 1; i < opt.conns; i++)
        wire_close(&conns[i]);
    for (int64_t end = now() + 300000000; now() < end;)
        serve(10000000);
    opt.conns--;
    opt.rooms = opt.conns; /* nobody but the sender is told */
    for (int i = 0; i < opt.missed; i++) {
        talk_post(conns, now());
        for (int64_t end = now() + 1000000000; talk_waiting() && now() < end;)
            serve(10000000);
    }
    for (int64_t end = now() + 300000000; now() < end;)
        serve(10000000);
    conns++;
    leaving = 0;
    returning = 1;
    server = cpu_of(opt.pid, &kernel), own = cpu_own(), busy = cpu_busy();
    took = connect_all(opt.conns);
    server = cpu_of(opt.pid, &kernel) - server, own = cpu_own() - own, busy = cpu_busy() - busy;
    printf("{\"seconds\": %.4f, \"opened\": %d, \"ready\": %d, \"closed\": %d, \"server_cpu\": %.3f, "
           "\"load_cpu\": %.3f, \"other_cpu\": %.3f}\n",
           took, opened, ready, closed_early, server, own, busy - server - own);
}

static void hold(double took)
{
    struct epoll_event input = {.events = EPOLLIN, .data.ptr = NULL};
    printf("{\"seconds\": %.4f, \"opened\": %d, \"ready\": %d, \"closed\": %d}\n", took, opened, ready,
           closed_early);
    fflush(stdout);
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &input) < 0)
        return; /* a file: it ends at once */
    for (char byte;;) {
        struct epoll_event events[512];
        int count = epoll_wait(epoll, events, 512, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr != NULL)
                wire_ready(events[i].data.ptr, events[i].events, NULL);
            else if (read(0, &byte, 1) <= 0)
                return;
        }
    }
}

static void read_cookies(void)
{
    char line[512];
    FILE *file = fopen(opt.cookies, "r");
    if (file == NULL)
        return;
    cookies = calloc(opt.conns, sizeof *cookies);
    for (int i = 0; i < opt.conns && fgets(line, sizeof line, file); i++) {
        line[strcspn(line, "\n")] = 0;
        cookies[i] = strdup(line);
    }
    fclose(file);
}

static void read_options(int argc, char **argv)
{
    static const struct { const char *name; char type; void *to; } known[] = {
        {"mode", 's', &opt.mode},       {"path", 's', &opt.path},         {"back", 's', &opt.back},
        {"post", 's', &opt.post},       {"hello", 's', &opt.hello},       {"ready", 's', &opt.ready},
        {"cookies", 's', &opt.cookies}, {"wait", 's', &opt.wait},         {"port", 'i', &opt.port},
        {"pid", 'i', &opt.pid},         {"conns", 'i', &opt.conns},       {"rooms", 'i', &opt.rooms},
        {"first-room", 'i', &opt.first_room}, {"senders", 'i', &opt.senders}, {"flight", 'i', &opt.flight},
        {"at-once", 'i', &opt.at_once}, {"size", 'i', &opt.size},         {"missed", 'i', &opt.missed},
        {"spin", 'i', &opt.spin},       {"rate", 'd', &opt.rate},         {"warm", 'd', &opt.warm},
        {"seconds", 'd', &opt.seconds},
    };
    for (int i = 1; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        size_t k, count = sizeof known / sizeof *known;
        for (k = 0; value && k < count; k++)
            if (!strncmp(argv[i], "--", 2) && strlen(known[k].name) == (size_t)(value - argv[i] - 2) &&
                !strncmp(argv[i] + 2, known[k].name, value - argv[i] - 2))
                break;
        if (!value || k == count) {
            fprintf(stderr, "load: %s is not known\n", argv[i]);
            exit(2);
        }
        if (known[k].type == 's')
            *(const char **)known[k].to = value + 1;
        else if (known[k].type == 'i')
            *(int *)known[k].to = atoi(value + 1);
        else
            *(double *)known[k].to = atof(value + 1);
    }
}

int main(int argc, char **argv)
{
    struct rlimit files;
    read_options(argc, argv);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    epoll = epoll_create1(0);
    conns = calloc(opt.conns, sizeof *conns);
    for (int i = 0; i < opt.conns; i++)
        conns[i] = (struct conn){.fd = -1, .number = i, .last = -1};
    if (*opt.cookies)
        read_cookies();
    double took = connect_all(opt.at_once);
    if (ready < opt.conns) {
        fprintf(stderr, "load: only %d of %d became ready\n", ready, opt.conns);
        return 1;
    }
    if (!strcmp(opt.mode, "hold"))
        hold(took);
    else if (!strcmp(opt.mode, "return"))
        come_back();
    else
        talk();
    return 0;
}
