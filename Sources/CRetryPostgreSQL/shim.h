#ifndef RETRY_POSTGRESQL_SHIM_H
#define RETRY_POSTGRESQL_SHIM_H

// The places of the header, because the package asks no pkg-config: most systems, Debian, SUSE, Homebrew.
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#elif __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#elif __has_include(<pgsql/libpq-fe.h>)
#include <pgsql/libpq-fe.h>
#elif __has_include("/opt/homebrew/opt/libpq/include/libpq-fe.h")
#include "/opt/homebrew/opt/libpq/include/libpq-fe.h"
#elif __has_include("/usr/local/opt/libpq/include/libpq-fe.h")
#include "/usr/local/opt/libpq/include/libpq-fe.h"
#else
#error "The trait PostgreSQL of RetryKit needs libpq-fe.h. Install libpq's headers and library: apt install libpq-dev, dnf install libpq-devel, apk add libpq-dev, or brew install libpq; elsewhere name their folder by -Xcc -I and -Xlinker -L. Or leave out the trait."
#endif

#endif
