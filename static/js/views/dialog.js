/** Dialogs: made when asked for, gone when closed, and the focus back where it was. */

import { words } from '../words.js';
import { find, part } from './template.js';

/** @returns {HTMLDialogElement} the dialog of this template, open */
export function ask(id) {
  document.querySelector('dialog[open]')?.close();
  const dialog = part(id);
  const from = document.activeElement;
  document.body.append(dialog);
  dialog.addEventListener('close', () => {
    dialog.remove();
    // The opener may be gone (a room that one left): then the browser's own choice stands.
    if (from?.isConnected && document.activeElement === document.body) from.focus({ preventScroll: true });
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog || event.target.closest('[data-act="close"]')) dialog.close();
  });
  // A field for searching would keep the key to itself, to be emptied by it.
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
    event.preventDefault();
    dialog.close();
  });
  dialog.showModal();
  return dialog;
}

/**
 * Let a form be answered: once at a time, with what went wrong at the field that it concerns.
 * @param {(values: Record<string, string>) => Promise<void>} act
 * @param {string} otherwise the field below which it stands where the server names none; absent: the first
 */
export function answer(form, act, otherwise = form.querySelector('input')?.name ?? '') {
  form.noValidate = true; // the browser's own bubble would cover what stands below the field
  form.addEventListener('input', () => complain(form));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    const wrong = [...form.elements].find((field) => !field.checkValidity());
    if (wrong) {
      complain(form, wrong.validationMessage, wrong.name);
      return;
    }
    form.dataset.busy = 'yes';
    complain(form);
    try {
      await act(Object.fromEntries(new FormData(form)));
    } catch (error) {
      // A server that is away, or a limit, is no fault of what stands in a field.
      complain(form, words.refusal(error), error.field || otherwise, Boolean(error.field));
    } finally {
      delete form.dataset.busy;
    }
  });
}

/** Say what is wrong with what was answered; nothing said: take back what was. */
export function complain(form, said = '', about = '', marked = true) {
  for (const place of form.querySelectorAll('.field-trouble')) place.textContent = '';
  for (const field of form.elements) field.removeAttribute('aria-invalid');
  if (!said) return;
  const field = form.querySelector(`input[name="${CSS.escape(about)}"], textarea[name="${CSS.escape(about)}"]`);
  const place = form.querySelector(`[data-for="${CSS.escape(about)}"]`) ?? find(form, 'trouble');
  place.textContent = said;
  if (marked) field?.setAttribute('aria-invalid', 'true');
  field?.focus();
}
