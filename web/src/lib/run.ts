// What a run keeps as JSON, without what the client keeps for itself.

/** A config's entries are {"value": x} each; a summary's are plain. */
export function configValues(text: string | null | undefined, wrapped: boolean): Record<string, unknown> {
  let all: unknown;
  try {
    all = JSON.parse(text ?? '{}');
  } catch {
    return {};
  }
  if (typeof all !== 'object' || all === null || Array.isArray(all)) return {};
  return Object.fromEntries(
    Object.entries(all as Record<string, unknown>)
      .filter(([key]) => key !== '_wandb' && key !== 'wandb_version')
      .map(([key, value]) => {
        const inner =
          wrapped && typeof value === 'object' && value !== null && 'value' in value
            ? (value as { value: unknown }).value
            : value;
        return [key, inner];
      }),
  );
}
