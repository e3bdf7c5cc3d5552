/*
 * domain/run_name.c - names for runs that come without one: adjective, noun, number.
 *
 * The words are short, plain and kind, and mean nothing together. The number counts the runs
 * of a project, so names need not be unique among the pairs.
 */
#include "domain/run.h"

#include "crypto/crypto.h"

static const char *const adjectives[] = {
        "amber",  "ample",  "autumn", "bold",   "brave",  "breezy", "bright", "brisk",  "calm",   "candid", "clear",
        "clever", "copper", "coral",  "crisp",  "curious", "dapper", "deft",  "early",  "eager",  "even",   "fair",
        "fleet",  "fond",   "frosty", "gentle", "gilded", "glad",   "golden", "grand",  "hardy",  "hazel",  "humble",
        "ivory",  "jolly",  "keen",   "kind",   "lively", "lucid",  "lunar",  "mellow", "merry",  "mild",   "misty",
        "modest", "neat",   "nimble", "noble",  "patient", "placid", "polar", "prime",  "proud",  "quick",  "quiet",
        "rapid",  "ruby",   "rustic", "serene", "silver", "smooth", "snowy",  "solar",  "solid",  "steady", "stellar",
        "still",  "sunny",  "swift",  "tidy",   "upbeat", "velvet", "vivid",  "warm",   "wise",   "woven",
};
static const char *const nouns[] = {
        "acorn",  "anchor", "arch",   "aspen",  "basin",  "bay",    "beacon", "birch",  "bloom",  "bridge", "brook",
        "canyon", "cedar",  "cliff",  "cloud",  "comet",  "cove",   "creek",  "crest",  "dawn",   "delta",  "dune",
        "dusk",   "ember",  "falcon", "fern",   "field",  "finch",  "fjord",  "forest", "garden", "glade",  "glen",
        "grove",  "harbor", "hawk",   "heath",  "heron",  "hill",   "island", "lagoon", "lake",   "lark",   "leaf",
        "maple",  "marsh",  "meadow", "mesa",   "moon",   "moss",   "oak",    "orbit",  "otter",  "path",   "peak",
        "pebble", "pine",   "plain",  "pond",   "prairie", "quarry", "rain",  "reef",   "ridge",  "river",  "robin",
        "sail",   "shore",  "spring", "spruce", "star",   "stone",  "stream", "summit", "thicket", "tide",  "trail",
        "valley", "wave",   "willow", "wind",   "wren",
};

struct str run_invent_name(struct arena *arena, uint64_t chance, int64_t number)
{
        const char *adjective = adjectives[chance % ARRAY_LEN(adjectives)];
        const char *noun = nouns[chance / ARRAY_LEN(adjectives) % ARRAY_LEN(nouns)];

        return arena_printf(arena, "%s-%s-%lld", adjective, noun, (long long)number);
}

struct str run_invent_id(struct arena *arena)
{
        static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
        char *text = arena_alloc(arena, 9);
        uint64_t chance;

        crypto_random(&chance, sizeof(chance));
        for (size_t i = 0; i < 8; i++) {
                text[i] = letters[chance % 36];
                chance /= 36;
        }
        return (struct str){ text, 8 };
}
