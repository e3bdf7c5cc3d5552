// Without a mouse: search and go, through lists and trees; and what the browser downloads.
import { execFileSync } from 'node:child_process';

import { becomes, flow, holds, until } from '../lib/flow.mjs';
import { PAGES } from '../lib/pages.mjs';

const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    return {
      text: element.textContent.trim(),
      seen: style.outlineStyle !== 'none' || style.boxShadow !== 'none',
    };
  });

flow('UI-30: the palette opens, finds, goes and closes', async ({ page }) => {
  await page.goto(PAGES.registries);
  await page.getByText('Fine-tuned Models').first().waitFor();
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: 'Search or go to' });
  await box.waitFor();
  await page.keyboard.press('Escape');
  await box.waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  await box.waitFor();
  await page.keyboard.type('sign det');
  const option = page.getByRole('option', { name: /Sign Detector/ });
  await option.first().waitFor();
  const chosen = () => page.locator('[role=option][aria-selected=true]').textContent();
  // What was found is above the places that have the text in their names: at the end only what was found is there.
  await until(async () => {
    const texts = await page.getByRole('option').allTextContents();
    return texts.length > 0 && texts.every((text) => /sign.det/i.test(text));
  }, 'only what was asked for is listed');
  const options = await page.getByRole('option').allTextContents();
  if (options.length > 1) {
    await page.keyboard.press('ArrowDown');
    await becomes(chosen, options[1], 'the arrow chooses the next');
    await page.keyboard.press('ArrowUp');
    await becomes(chosen, options[0], 'and back');
  }
  const wanted = options.findIndex((text) => /Sign Detector/.test(text));
  for (let i = 1; i <= wanted; i++) {
    await page.keyboard.press('ArrowDown');
    await becomes(chosen, options[i], 'the next');
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Sign Detector' }).waitFor();
});

flow('UI-30: arrows go from row to row, Enter opens one, and the focus can be seen', async ({ page }) => {
  await page.goto(PAGES.collection);
  const rows = page.getByRole('table', { name: /versions/i }).locator('[data-row]');
  await rows.nth(2).waitFor();
  const texts = await rows.allTextContents();
  await rows.first().focus();
  await page.keyboard.press('ArrowDown');
  const text = async () => (await focused(page)).text;
  await becomes(text, texts[1].trim(), 'the second row');
  await page.keyboard.press('ArrowDown');
  await becomes(text, texts[2].trim(), 'the third row');
  await page.keyboard.press('ArrowUp');
  await becomes(text, texts[1].trim(), 'down and up again');
  await until(async () => (await focused(page)).seen, 'the row in focus is marked');
  await page.keyboard.press('Enter');
  await page.getByText('Full Name').waitFor();
  await page.getByText(`Sign Detector:${texts[1].trim()}`).first().waitFor();
});

flow('UI-10: a tree of files without a mouse', async ({ page }) => {
  await page.goto(PAGES.files.replace(/&path=.*/, ''));
  const tree = page.getByRole('tree', { name: 'Files' });
  await tree.getByText('notes').waitFor();
  const texts = await tree.getByRole('treeitem').allTextContents();
  await tree.getByRole('treeitem').first().getByRole('button').focus();
  // The focus follows with the next frame.
  const goes = async (key, to) => {
    await page.keyboard.press(key);
    await until(async () => (await focused(page)).text === texts[to].trim(), `${key} goes to ${texts[to]}`);
  };
  const notes = texts.findIndex((text) => text.startsWith('notes'));
  for (let i = 1; i <= notes; i++) await goes('ArrowDown', i);
  await goes('ArrowUp', notes - 1);
  await goes('ArrowDown', notes);
  await page.keyboard.press('ArrowRight');
  await tree.getByText('card.md').waitFor();
  await page.keyboard.press('ArrowLeft');
  await tree.getByText('card.md').waitFor({ state: 'detached' });
});

const names = (file) => execFileSync('tar', ['-tf', file], { encoding: 'utf8' }).trim().split('\n').sort();

flow('UI-10: all files, or a folder of them, as one archive', async ({ page }) => {
  await page.goto(PAGES.files.replace('%2Fcard.md', ''));
  const archive = async (name) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name }).click(),
    ]);
    return names(await download.path());
  };
  const all = await archive('Download all (tar)');
  for (const name of ['config.json', 'labels.txt', 'model.bin', 'notes/card.md'])
    holds(
      all.some((each) => each.endsWith(name)),
      `${name} is in ${all}`,
    );
  const some = await archive('Download notes (tar)');
  holds(some.length >= 1 && some.every((each) => /card\.md$|notes\/?$/.test(each)), `only notes: ${some}`);
});
