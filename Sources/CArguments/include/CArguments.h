#ifndef CARGUMENTS_H
#define CARGUMENTS_H

#include <getopt.h>

#endif
