/**
 * The one place where an error code becomes words: what happened, what it means, and what mends it. The code
 * itself is never shown.
 */
import type { AppError } from '../backend/bindings';
import { count, fileName, wordsFromTokens } from '../i18n/format';
import * as m from '../paraglide/messages';

/** What a button beside an explanation can do. */
export type Remedy =
  'reload_model' | 'open_model_file' | 'use_starter_model' | 'open_data_folder' | 'stop_other_answer';

export interface Explanation {
  /** What happened. */
  sentence: string;
  /** What it means for the person, and what can be done. */
  meaning: string;
  /** The best first. */
  remedies: Remedy[];
}

export function explain(error: AppError): Explanation {
  const { amount, limit, path } = error.details;
  const file = path === null ? m.error_file_unnamed() : fileName(path);
  switch (error.code) {
    case 'engine_crashed':
      return {
        sentence: m.error_engine_crashed(),
        meaning: m.error_engine_crashed_meaning(),
        remedies: ['reload_model'],
      };
    case 'engine_unavailable':
      return {
        sentence: m.error_engine_unavailable(),
        meaning: m.error_engine_unavailable_meaning(),
        remedies: ['reload_model', 'open_data_folder'],
      };
    case 'model_missing':
      return {
        sentence: m.error_model_missing(),
        meaning: m.error_model_missing_meaning({ file }),
        remedies: ['open_model_file', 'use_starter_model', 'reload_model'],
      };
    case 'model_damaged':
      return {
        sentence: m.error_model_damaged(),
        meaning: m.error_model_damaged_meaning({ file }),
        remedies: ['open_model_file', 'use_starter_model'],
      };
    case 'model_unsupported':
      return {
        sentence: m.error_model_unsupported(),
        meaning: m.error_model_unsupported_meaning({ file }),
        remedies: ['open_model_file', 'use_starter_model'],
      };
    case 'out_of_memory':
      return {
        sentence: m.error_out_of_memory(),
        meaning: m.error_out_of_memory_meaning(),
        remedies: ['use_starter_model', 'reload_model'],
      };
    case 'model_not_ready':
      return {
        sentence: m.error_model_not_ready(),
        meaning: m.error_model_not_ready_meaning(),
        remedies: [],
      };
    case 'message_too_long':
      return {
        sentence: m.error_message_too_long(),
        meaning:
          amount === null || limit === null
            ? m.error_message_too_long_meaning_plain()
            : m.error_message_too_long_meaning({
                amount: count(wordsFromTokens(amount)),
                limit: count(wordsFromTokens(limit)),
              }),
        remedies: [],
      };
    case 'message_too_many_characters':
      return {
        sentence: m.error_message_too_long(),
        meaning:
          amount === null || limit === null
            ? m.error_message_too_long_meaning_plain()
            : m.error_too_many_characters_meaning({ amount: count(amount), limit: count(limit) }),
        remedies: [],
      };
    case 'already_answering':
      return {
        sentence: m.error_already_answering(),
        meaning: m.error_already_answering_meaning(),
        remedies: ['stop_other_answer'],
      };
    case 'disk_full':
      return {
        sentence: m.error_disk_full(),
        meaning: m.error_disk_full_meaning(),
        remedies: ['open_data_folder'],
      };
    case 'read_only':
      return {
        sentence: m.error_read_only(),
        meaning: path === null ? m.error_read_only_meaning_plain() : m.error_read_only_meaning({ path }),
        remedies: ['open_data_folder'],
      };
    case 'history_damaged':
      return {
        sentence: m.error_history_damaged(),
        meaning: m.error_history_damaged_meaning({ file }),
        remedies: ['open_data_folder'],
      };
    case 'not_found':
      return { sentence: m.error_not_found(), meaning: m.error_not_found_meaning(), remedies: [] };
    case 'internal':
      return {
        sentence: m.error_internal(),
        meaning: m.error_internal_meaning(),
        remedies: ['open_data_folder'],
      };
  }
}

export function remedyLabel(remedy: Remedy): string {
  switch (remedy) {
    case 'reload_model':
      return m.remedy_reload_model();
    case 'open_model_file':
      return m.remedy_open_model_file();
    case 'use_starter_model':
      return m.remedy_use_starter_model();
    case 'open_data_folder':
      return m.remedy_open_data_folder();
    case 'stop_other_answer':
      return m.remedy_stop_other_answer();
  }
}

/** What a rejected call brought: an `AppError`, or anything else, which is a fault of the app. */
export function asAppError(reason: unknown): AppError {
  if (isAppError(reason)) return reason;
  return {
    code: 'internal',
    message: reason instanceof Error ? reason.message : String(reason),
    details: { amount: null, limit: null, path: null },
  };
}

function isAppError(reason: unknown): reason is AppError {
  return typeof reason === 'object' && reason !== null && 'code' in reason && 'details' in reason;
}
