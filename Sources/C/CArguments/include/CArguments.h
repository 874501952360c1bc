#ifndef CARGUMENTS_H
#define CARGUMENTS_H

#include <getopt.h>
#include <stddef.h>

// getopt_long keeps its state in global variables, which Swift 6 does not allow to use. These functions read and write
// them; callers hold a lock.

// Makes the next call of getopt_long begin a new scan that prints no messages.
static inline void carguments_begin(void) {
    optind = 0;
    opterr = 0;
    optopt = 0;
    optarg = NULL;
}

// The index in argv of the next word.
static inline int carguments_next_index(void) { return optind; }

// The option character or value that the last '?' or ':' is about, 0 for an unknown long option.
static inline int carguments_faulty_option(void) { return optopt; }

// The value of the option last returned; with a leading '-' in the option string, the operand.
static inline char *carguments_value(void) { return optarg; }

#endif
