// What the viewer's role allows, so that nobody is shown a button that the server would refuse.
// The server judges again, always.
import type { PermissionsFragment } from '../graphql/generated';

export const ROLES = ['restricted_viewer', 'viewer', 'member', 'admin'] as const;
export type RoleName = (typeof ROLES)[number];

const LABELS: Record<string, string> = {
  admin: 'Admin',
  member: 'Member',
  viewer: 'Viewer',
  restricted_viewer: 'Restricted Viewer',
};

export function roleLabel(role: string): string {
  return LABELS[role] ?? role;
}

function rank(role: string | undefined): number {
  return ROLES.indexOf((role ?? '') as RoleName);
}

/** What the server says the viewer may do in a project. */
export type Can = PermissionsFragment;

/** Members and admins of one registry may make another; viewers of the organization never. */
export function mayCreateRegistry(
  roles: ({ name: string } | null | undefined)[],
  inOrganization: string | null | undefined,
): boolean {
  return inOrganization !== 'viewer' && roles.some((role) => rank(role?.name) >= ROLES.indexOf('member'));
}
