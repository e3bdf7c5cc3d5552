/*
 * fuzz/fuzz_clock.c - clock_parse on any bytes: what it takes must come back from formatting.
 */
#include "base/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        int64_t time_us, again_us;
        char text[32];

        if (!clock_parse((struct str){ (const char *)data, size }, &time_us))
                return 0;
        clock_format_us(time_us, text);
        if (!clock_parse(str_from(text), &again_us))
                abort();
        /* Formatting drops the fraction, downward. */
        if (again_us > time_us || time_us - again_us >= 1000000)
                abort();
        return 0;
}
