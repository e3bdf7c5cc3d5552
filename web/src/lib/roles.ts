// What the viewer's role allows, so that nobody is shown a button that the server would refuse.
// The server judges again, always.
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

export interface Can {
  download: boolean;
  write: boolean;
  admin: boolean;
}

export function canOf(role: { name: string } | null | undefined): Can {
  const level = rank(role?.name);
  return { download: level >= 1, write: level >= 2, admin: level >= 3 };
}
