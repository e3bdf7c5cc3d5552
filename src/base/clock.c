/*
 * base/clock.c - clocks, and dates as text.
 *
 * The calendar is worked out here instead of with gmtime/strptime: those read a locale
 * and a time zone, and take text that is not a date. Dates reach from year 0 to 9999,
 * the range RFC 3339 can write; formatting clamps to it.
 */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#define US_PER_S INT64_C(1000000)
#define S_PER_DAY INT64_C(86400)
#define FIRST_S INT64_C(-62167219200) /* 0000-01-01T00:00:00Z */
#define LAST_S INT64_C(253402300799)  /* 9999-12-31T23:59:59Z */

struct date {
        int64_t year;
        unsigned month, day; /* from 1 */
        unsigned hour, minute, second;
        unsigned weekday; /* 0 is Sunday */
};

static uint64_t read_us(clockid_t clock)
{
        struct timespec now;
        int failed = clock_gettime(clock, &now);

        assert(!failed);
        (void)failed;
        return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
        return (int64_t)read_us(CLOCK_REALTIME);
}

uint64_t clock_mono_us(void)
{
        return read_us(CLOCK_MONOTONIC);
}

uint64_t clock_mono_ms(void)
{
        return clock_mono_us() / 1000;
}

static bool is_leap(int64_t year)
{
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned month_days(int64_t year, unsigned month)
{
        static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

        return days[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

/* Days from 0000-01-01 to the first of January of a year >= 0. */
static int64_t days_before_year(int64_t year)
{
        int64_t last = year - 1;

        if (year == 0)
                return 0;
        /* Year 0 is a leap year that last / 4 does not count. */
        return year * 365 + last / 4 - last / 100 + last / 400 + 1;
}

static struct date date_from_us(int64_t time_us)
{
        int64_t time_s = time_us / US_PER_S - (time_us % US_PER_S < 0 ? 1 : 0);
        int64_t since, day, in_day;
        struct date date = { 0 };

        if (time_s < FIRST_S)
                time_s = FIRST_S;
        if (time_s > LAST_S)
                time_s = LAST_S;
        since = time_s - FIRST_S;
        day = since / S_PER_DAY;
        in_day = since % S_PER_DAY;
        date.weekday = (unsigned)((day + 6) % 7); /* 0000-01-01 was a Saturday */

        date.year = day / 366;
        while (days_before_year(date.year + 1) <= day)
                date.year++;
        day -= days_before_year(date.year);
        for (date.month = 1; day >= month_days(date.year, date.month); date.month++)
                day -= month_days(date.year, date.month);
        date.day = (unsigned)day + 1;
        date.hour = (unsigned)(in_day / 3600);
        date.minute = (unsigned)(in_day / 60 % 60);
        date.second = (unsigned)(in_day % 60);
        return date;
}

static int64_t date_to_s(const struct date *date)
{
        int64_t days = days_before_year(date->year) + date->day - 1;

        for (unsigned month = 1; month < date->month; month++)
                days += month_days(date->year, month);
        return FIRST_S + days * S_PER_DAY + date->hour * 3600 + date->minute * 60 + date->second;
}

/* Without snprintf(): every time in a reply and every line of the log comes through here. */
static char *put_digits(char *at, unsigned value, int digits)
{
        for (int i = digits; i-- > 0; value /= 10)
                at[i] = (char)('0' + value % 10);
        return at + digits;
}

void clock_format_us(int64_t time_us, char ret[static 32])
{
        struct date date = date_from_us(time_us);
        char *at = put_digits(ret, (unsigned)date.year % 10000, 4);

        *at++ = '-';
        at = put_digits(at, date.month, 2);
        *at++ = '-';
        at = put_digits(at, date.day, 2);
        *at++ = 'T';
        at = put_digits(at, date.hour, 2);
        *at++ = ':';
        at = put_digits(at, date.minute, 2);
        *at++ = ':';
        at = put_digits(at, date.second, 2);
        *at++ = 'Z';
        *at = '\0';
}

struct str clock_format_str(struct arena *arena, int64_t time_us)
{
        char text[32];

        clock_format_us(time_us, text);
        return arena_str(arena, str_from(text));
}

void clock_format_http(int64_t time_us, char ret[static 32])
{
        static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
        static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
        struct date date = date_from_us(time_us);

        (void)snprintf(ret, 32, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[date.weekday], date.day,
                       months[date.month - 1], (unsigned)date.year % 10000, date.hour, date.minute,
                       date.second);
}

/* Exactly `digits` digits at *at; moves behind them. */
static bool read_number(struct str text, size_t *at, size_t digits, unsigned *ret_value)
{
        uint64_t value;

        if (text.len - *at < digits || !str_to_u64(str_slice(text, *at, *at + digits), &value))
                return false;
        *at += digits;
        *ret_value = (unsigned)value;
        return true;
}

static bool read_char(struct str text, size_t *at, char c)
{
        if (*at >= text.len || text.ptr[*at] != c)
                return false;
        ++*at;
        return true;
}

/* A fraction of a second, if there is one; digits past the microsecond are dropped. */
static bool read_fraction(struct str text, size_t *at, int64_t *ret_us)
{
        int64_t scale = US_PER_S / 10;
        size_t first;

        if (!read_char(text, at, '.'))
                return true;
        first = *at;
        for (; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9'; ++*at) {
                *ret_us += (text.ptr[*at] - '0') * scale;
                scale /= 10;
        }
        return *at > first;
}

/* "Z", "+hh:mm", "-hh:mm", or nothing for UTC. */
static bool read_offset(struct str text, size_t *at, int64_t *ret_offset_s)
{
        unsigned hours, minutes;
        int64_t sign;

        if (*at == text.len || read_char(text, at, 'Z') || read_char(text, at, 'z'))
                return true;
        if (read_char(text, at, '+'))
                sign = 1;
        else if (read_char(text, at, '-'))
                sign = -1;
        else
                return false;
        if (!read_number(text, at, 2, &hours) || !read_char(text, at, ':') ||
            !read_number(text, at, 2, &minutes) || hours > 23 || minutes > 59)
                return false;
        *ret_offset_s = sign * (int64_t)(hours * 3600 + minutes * 60);
        return true;
}

static bool read_day(struct str text, size_t *at, struct date *date)
{
        unsigned year;

        if (!read_number(text, at, 4, &year) || !read_char(text, at, '-') ||
            !read_number(text, at, 2, &date->month) || !read_char(text, at, '-') ||
            !read_number(text, at, 2, &date->day))
                return false;
        date->year = year;
        return date->month >= 1 && date->month <= 12 && date->day >= 1 &&
               date->day <= month_days(date->year, date->month);
}

/* A second of 60 is a leap second: taken, and it equals the second after it. */
static bool read_time(struct str text, size_t *at, struct date *date)
{
        return read_number(text, at, 2, &date->hour) && read_char(text, at, ':') &&
               read_number(text, at, 2, &date->minute) && read_char(text, at, ':') &&
               read_number(text, at, 2, &date->second) && date->hour <= 23 && date->minute <= 59 &&
               date->second <= 60;
}

bool clock_parse(struct str text, int64_t *ret_time_us)
{
        struct date date = { 0 };
        int64_t fraction_us = 0, offset_s = 0, time_s;
        size_t at = 0;

        if (!read_day(text, &at, &date))
                return false;
        if (at < text.len) {
                if (!read_char(text, &at, 'T') && !read_char(text, &at, 't') && !read_char(text, &at, ' '))
                        return false;
                if (!read_time(text, &at, &date) || !read_fraction(text, &at, &fraction_us) ||
                    !read_offset(text, &at, &offset_s) || at != text.len)
                        return false;
        }
        time_s = date_to_s(&date) - offset_s;
        if (time_s < FIRST_S || time_s > LAST_S)
                return false;
        *ret_time_us = time_s * US_PER_S + fraction_us;
        return true;
}
