// From a collection's history to spans: which version an alias named, and from when to when.
export interface AliasEvent {
  at: number;
  action: string;
  version: number | null;
  alias: string | null;
}

export interface Span {
  version: number;
  from: number;
  /** Null: still. */
  to: number | null;
}

export interface Lane {
  alias: string;
  spans: Span[];
}

/** Events newest first, as the server lists them. */
export function aliasSpans(events: readonly AliasEvent[], now: number): { start: number; lanes: Lane[] } {
  const lanes = new Map<string, Span[]>();
  let start = now;

  for (const event of [...events].reverse()) {
    if (event.alias === null || event.version === null) continue;
    const spans = lanes.get(event.alias) ?? [];
    const open = spans.at(-1)?.to === null ? spans.at(-1) : undefined;
    if (event.action === 'alias_added') {
      // Moving an alias is one event in some histories and two in others.
      if (open?.version === event.version) continue;
      if (open) open.to = event.at;
      spans.push({ version: event.version, from: event.at, to: null });
      start = Math.min(start, event.at);
    } else if (event.action === 'alias_removed' && open?.version === event.version) {
      open.to = event.at;
    }
    lanes.set(event.alias, spans);
  }
  return {
    start,
    lanes: [...lanes].map(([alias, spans]) => ({ alias, spans })).filter((l) => l.spans.length > 0),
  };
}
