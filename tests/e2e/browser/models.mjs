// The table of models: added by upload, found, sorted, removed; by keyboard too.

export default async function journey({ step, skip, open, picture, accessible, assert, model }) {
  if (!model) skip('the small model is not here (cargo xtask run puts it in place)');
  const { server, page } = await open({ at: '/models', env: { WEBPLUS_OLLAMA: 'off' } });
  await step('an empty place says what it is for', async () => {
    await page.getByRole('heading', { name: 'No models yet' }).waitFor();
    await accessible(page);
    await picture(page, 'empty');
  });
  await step('a download that can’t reach its hub says so, and can be tried again or discarded', async () => {
    await server.call('settings/update', { hubUrl: 'http://127.0.0.1:9' });
    await page.getByRole('button', { name: 'Get a model' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Get a model' });
    await dialog.getByRole('button', { name: /^Download / }).first().click();
    await dialog.getByText('wasn’t downloaded', { exact: false }).waitFor();
    await dialog.getByRole('button', { name: 'Try again' }).waitFor();
    await accessible(page);
    await picture(page, 'download-failed');
    await dialog.getByRole('button', { name: /^Discard / }).click();
    await dialog.getByText('wasn’t downloaded', { exact: false }).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
  });
  await step('what is dropped on the place is taken, and refused where it is no model', async () => {
    const files = await page.evaluateHandle(() => {
      const dropped = new DataTransfer();
      dropped.items.add(new File(['%PDF-1.7'], 'paper.pdf'));
      return dropped;
    });
    await page.dispatchEvent('main', 'dragenter', { dataTransfer: files });
    await page.getByText('Drop GGUF files, or a folder of them').waitFor();
    await picture(page, 'drop');
    await page.dispatchEvent('main', 'drop', { dataTransfer: files });
    await page.getByText('paper.pdf is not a GGUF file.', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Dismiss paper.pdf' }).click();
  });
  await step('a chosen file is added', async () => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Add a model file' }).click();
    await (await chooser).setFiles(model);
    await page.getByRole('table', { name: 'Models' }).waitFor({ timeout: 60_000 });
    await page.getByText(/^Added /).waitFor();
  });
  await step('it is found by its quantisation, and not by what it isn’t', async () => {
    await page.getByRole('textbox', { name: 'Find a model' }).fill('q4_1');
    assert.equal(await page.getByRole('rowheader').count(), 1);
    await page.getByRole('textbox', { name: 'Find a model' }).fill('no such model');
    await page.getByText('No model matches.').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
  });
  await step('the palette loads it, by keyboard alone', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find anything' }).waitFor();
    await page.keyboard.type('load smol');
    await page.getByRole('option', { name: /^Load / }).waitFor();
    await picture(page, 'palette');
    await accessible(page);
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'In memory' }).waitFor({ timeout: 60_000 });
  });
  await step('its details stand beside the table', async () => {
    await page.getByRole('rowheader').getByRole('button').focus();
    await page.keyboard.press('Enter');
    const details = page.getByRole('region', { name: 'Details' });
    await details.getByText('Largest context').waitFor();
    await details.getByText('8,192 tokens').first().waitFor();
    await accessible(page);
    await picture(page, 'detail');
  });
  await step('removing it says what that frees, and frees it', async () => {
    await page.getByRole('region', { name: 'Details' }).getByRole('button', { name: 'Remove model' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove model, free 98.4 MB' }).click();
    await page.getByRole('heading', { name: 'No models yet' }).waitFor();
    assert.deepEqual((await server.call('model/list')).models, []);
  });
  await server.stop();
}
