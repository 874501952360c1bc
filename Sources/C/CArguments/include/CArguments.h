#ifndef CARGUMENTS_H
#define CARGUMENTS_H

#include <getopt.h>
#include <stddef.h>

// getopt_long keeps its state in globals, which Swift 6 refuses to touch. These read and write them; callers hold a lock.

// Makes the next call of getopt_long begin anew, with no messages of its own.
static inline void carguments_begin(void) {
    optind = 0;
    opterr = 0;
    optopt = 0;
    optarg = NULL;
}

// The index in argv that comes next.
static inline int carguments_next_index(void) { return optind; }

// The option character or value that the last '?' or ':' is about, 0 for an unknown long option.
static inline int carguments_faulty_option(void) { return optopt; }

// The value of the option last returned; with a leading '-' in the option string, the operand.
static inline char *carguments_value(void) { return optarg; }

#endif
