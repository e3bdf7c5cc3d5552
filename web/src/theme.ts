// The look, in one place: Mantine's theme. Colors that our own style sheets use are in theme.css.
import { createTheme, type MantineColorsTuple } from '@mantine/core';

const cobalt: MantineColorsTuple = [
  '#eef3ff',
  '#dce5fc',
  '#b8c9f6',
  '#91abf0',
  '#7091ea',
  '#4d73e2',
  '#335bd6',
  '#2b4fc0',
  '#2445a6',
  '#1a3584',
];

const ink: MantineColorsTuple = [
  '#d6d9df',
  '#b4b9c3',
  '#8f96a3',
  '#6c7382',
  '#434957',
  '#2f343f',
  '#22262f',
  '#191c23',
  '#13161c',
  '#0d0f14',
];

/** Darker than usual: white on it, and it on white, can be read. */
const red: MantineColorsTuple = [
  '#fff0f0',
  '#ffdcdc',
  '#ffbdbd',
  '#ff9c9c',
  '#ff8a80',
  '#e5484d',
  '#c92a2a',
  '#b42323',
  '#9a1c1c',
  '#7f1616',
];

const LIST_THAT_SCROLLS = {
  defaultProps: { withScrollArea: false, styles: { options: { maxHeight: 220, overflowY: 'auto' } } },
} as const;

export const theme = createTheme({
  primaryColor: 'cobalt',
  primaryShade: { light: 7, dark: 6 },
  colors: { cobalt, red, dark: ink },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily:
    "'Inter Variable', Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif",
  fontFamilyMonospace:
    "ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace",
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.25' },
      h2: { fontSize: '1.125rem', lineHeight: '1.35' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  components: {
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { backgroundOpacity: 0.4 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    },
    Drawer: {
      defaultProps: {
        position: 'right',
        overlayProps: { backgroundOpacity: 0.3 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    // Without the placeholder, which is no item of a menu: the first item has the focus.
    Menu: { defaultProps: { shadow: 'md', position: 'bottom-end', withInitialFocusPlaceholder: false } },
    // The list itself scrolls: an area of its own within it would be a place that only the mouse can scroll.
    TagsInput: LIST_THAT_SCROLLS,
    MultiSelect: LIST_THAT_SCROLLS,
    Select: LIST_THAT_SCROLLS,
    // With the radius of everything else the small ones are round, as if only one could be chosen.
    Checkbox: { defaultProps: { radius: 4 } },
    Badge: { defaultProps: { tt: 'none', radius: 'sm', fw: 550 } },
  },
});
