/* What the parts of the load generator share. */
#ifndef LOAD_H
#define LOAD_H
#include <stdint.h>

#include "wire.h"

struct options {
    const char *mode;    /* talk, hold, return */
    const char *path;    /* of the handshake; {room} and {user} are put in */
    const char *back;    /* the same for coming back, with {epoch} and {since} as well */
    const char *post;    /* one post; {text}, {room} and {id} are put in */
    const char *hello;   /* sent once open, or empty */
    const char *ready;   /* how the frame begins that ends a joining; empty: the handshake */
    const char *cookies; /* file: one a line for each connection, or empty */
    const char *wait;    /* all: the next post when everybody has this one; ack: when the sender has */
    int port, pid;       /* of the server */
    int conns, rooms, first_room;
    int senders;         /* in each room */
    int flight;          /* posts on their way: for each room (all) or each sender (ack) */
    int at_once;         /* handshakes on their way */
    int size;            /* characters in a text */
    int missed;          /* posts while everybody is away (return) */
    int spin;            /* while measuring: ask for what has come without a rest */
    double rate;         /* posts a second; 0: as fast as they are done */
    double warm, seconds;
};

extern struct options opt;
extern struct conn *conns;
extern int epoll, closed_early;
/* A sleeping load has to be woken up, by the server's `send` and on its bill: the more
 * so the less there is to do. Spinning, the load is the same for a slow and a fast server. */
extern int spinning;
extern int64_t idled; /* ns of its processor in which nothing came */

/* Serve the sockets for a moment: until something came or so many ns went by. */
void serve(int64_t ns);

/* clock.c: times in seconds; now() in ns */
int64_t now(void);
int64_t now_of_cpu(void); /* of this thread alone */
double cpu_of(int pid, double *in_kernel); /* user and system, all threads */
double cpu_own(void);
double cpu_busy(void); /* the whole machine */

/* talk.c */
int talk_told(struct conn *c, const unsigned char *text, size_t size); /* it was a post */
void talk(void);
int64_t talk_post(struct conn *c, int64_t due);
int talk_waiting(void);

int room_of(const struct conn *c);
/* Put values in for {names}; for "text" there is the marker and the filling. */
size_t fill_in(char *out, size_t room, const char *template, const char *const values[][2]);
#endif
