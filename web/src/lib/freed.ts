// What the server says of a deletion, as a sentence. Its two figures differ when not all versions could be
// compared.
import { formatBytes } from './format';

export function freedText(
  { atLeastBytes, atMostBytes }: { atLeastBytes: number; atMostBytes: number },
  several = false,
): string {
  const whose = several ? 'their' : 'its';
  if (atMostBytes === 0) return `That frees nothing: other versions need all of ${whose} content.`;
  if (atLeastBytes === atMostBytes)
    return `That frees ${formatBytes(atLeastBytes)}, which no other version needs.`;
  if (atLeastBytes > 0)
    return `That frees at least ${formatBytes(atLeastBytes)}: not all of ${whose} files were compared with other versions.`;
  return `That frees ${formatBytes(atMostBytes)} at most: not all other versions were compared.`;
}
