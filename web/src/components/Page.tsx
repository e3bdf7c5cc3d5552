// The top of a page: where it is, what it is called, what can be done; and the boxes below.
import { useDocumentTitle } from '@mantine/hooks';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import css from './Page.module.css';

export interface Crumb {
  label: string;
  link?: LinkProps;
}

export function PageHead({
  title,
  heading,
  crumbs = [],
  beside,
  actions,
  children,
}: {
  title: string;
  /** When the heading is more than the title's text. */
  heading?: ReactNode;
  crumbs?: Crumb[];
  beside?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
}) {
  useDocumentTitle(`${title} - Vitrine`);
  return (
    <div className={css.head}>
      {crumbs.length > 0 && (
        <nav className={css.crumbs} aria-label="Where you are">
          {crumbs.map((crumb) => (
            <span key={crumb.label} className={css.crumb}>
              {crumb.link ? <Link {...crumb.link}>{crumb.label}</Link> : crumb.label}
              <span className={css.slash} aria-hidden="true">
                /
              </span>
            </span>
          ))}
        </nav>
      )}
      <div className={css.line}>
        <div className={css.title}>
          <h1>{heading ?? title}</h1>
          {beside}
        </div>
        {actions && <div className={css.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}

export function Section({
  title,
  beside,
  children,
  id,
}: {
  title: string;
  beside?: ReactNode;
  children: ReactNode;
  id?: string;
}) {
  return (
    <section className={css.section} aria-label={title} id={id}>
      <div className={css.sectionHead}>
        <h2>{title}</h2>
        {beside}
      </div>
      {children}
    </section>
  );
}

export function Card({ children, flush }: { children: ReactNode; flush?: boolean }) {
  return (
    <div className={css.card} data-flush={flush || undefined}>
      {children}
    </div>
  );
}

/** Names and values, as a description list. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={css.facts}>{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={css.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
