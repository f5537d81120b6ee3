#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

static int64_t read_clock(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int64_t now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t now_of_cpu(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

double cpu_of(int pid, double *in_kernel)
{
    char name[64], line[1024] = "";
    unsigned long user = 0, system = 0;
    snprintf(name, sizeof name, "/proc/%d/stat", pid);
    FILE *file = fopen(name, "r");
    *in_kernel = 0;
    if (file == NULL)
        return 0;
    if (fgets(line, sizeof line, file) != NULL) {
        char *after = strrchr(line, ')'); /* the name in front may hold anything */
        if (after != NULL)
            sscanf(after + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    }
    fclose(file);
    *in_kernel = (double)system / sysconf(_SC_CLK_TCK);
    return (double)(user + system) / sysconf(_SC_CLK_TCK);
}

double cpu_own(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

double cpu_busy(void)
{
    unsigned long user, nice, system, idle, wait, irq, soft, steal;
    int found = 0;
    FILE *file = fopen("/proc/stat", "r");
    if (file == NULL)
        return 0;
    found = fscanf(file, "cpu %lu %lu %lu %lu %lu %lu %lu %lu", &user, &nice, &system, &idle, &wait,
                   &irq, &soft, &steal);
    fclose(file);
    if (found != 8)
        return 0;
    return (double)(user + nice + system + irq + soft + steal) / sysconf(_SC_CLK_TCK);
}
