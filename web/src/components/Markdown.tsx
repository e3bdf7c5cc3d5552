// Markdown that somebody else wrote. HTML in it is text, scripts and other schemes are dropped, and
// nothing is fetched from elsewhere: a picture of another site is a link.
import ReactMarkdown from 'react-markdown';
import rehypeSanitize from 'rehype-sanitize';
import gfm from 'remark-gfm';

import css from './Markdown.module.css';

export default function Markdown({ text }: { text: string }) {
  return (
    <div className={css.text}>
      <ReactMarkdown
        remarkPlugins={[gfm]}
        rehypePlugins={[rehypeSanitize]}
        components={{
          a: ({ href, children }) => (
            <a href={href} rel="noopener noreferrer nofollow" target="_blank">
              {children}
            </a>
          ),
          img: ({ src, alt }) => (
            <a href={String(src ?? '')} rel="noopener noreferrer nofollow" target="_blank">
              {alt || 'picture'}
            </a>
          ),
        }}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}
