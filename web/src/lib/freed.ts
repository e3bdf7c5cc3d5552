// What the server says of a deletion, as a sentence. Its two figures differ when not all versions could be
// compared.
import { formatBytes } from './format';

export function freedText({
  atLeastBytes,
  atMostBytes,
}: {
  atLeastBytes: number;
  atMostBytes: number;
}): string {
  if (atMostBytes === 0) return 'That frees nothing: other versions need all of its content.';
  if (atLeastBytes === atMostBytes)
    return `That frees ${formatBytes(atLeastBytes)}, which no other version needs.`;
  if (atLeastBytes > 0)
    return `That frees at least ${formatBytes(atLeastBytes)}: not all of its files were compared with other versions.`;
  return `That frees ${formatBytes(atMostBytes)} at most: not all other versions were compared.`;
}
