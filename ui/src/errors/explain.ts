/**
 * The one place where an error code becomes words: what happened, what it means, and what mends it. The code
 * itself is never shown.
 */
import type { AppError } from '../backend/bindings';
import { count, duration, fileName, memory, size, wordsFromTokens } from '../i18n/format';
import * as m from '../paraglide/messages';
import { noDetails } from './details';

/** What a button beside an explanation can do. */
export type Remedy =
  | 'reload_model'
  | 'open_model_file'
  | 'use_starter_model'
  | 'open_data_folder'
  | 'stop_other_answer'
  /** Models, where others can be found. */
  | 'open_models'
  /** Models on this computer, to go on with another one. */
  | 'choose_model'
  /** The sizes of a model that is too large, or others that run here. */
  | 'find_smaller_model'
  /** Settings, where it says what computes. */
  | 'open_hardware'
  /** Models on this computer, where some can be deleted. */
  | 'free_space'
  | 'choose_folder'
  /** Settings, where one signs in. */
  | 'sign_in'
  /** The page on the web that the error names. */
  | 'open_page'
  /** Any page on the web: the network's login page answers in its place. */
  | 'open_login_page';

export interface Explanation {
  /** What happened. */
  sentence: string;
  /** What it means for the person, and what can be done. */
  meaning: string;
  /** The best first. */
  remedies: Remedy[];
}

export function explain(error: AppError): Explanation {
  const { amount, limit, path, name, seconds, needed_bytes, free_bytes } = error.details;
  const repository = name ?? m.error_repository_unnamed();
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
    case 'model_too_large':
      return {
        sentence: m.error_model_too_large(),
        meaning:
          needed_bytes === null || free_bytes === null
            ? m.error_model_too_large_meaning_plain()
            : m.error_model_too_large_meaning({ needed: memory(needed_bytes), free: memory(free_bytes) }),
        remedies: ['find_smaller_model', 'choose_model', 'reload_model'],
      };
    case 'engine_stuck':
      return {
        sentence: m.error_engine_stuck(),
        meaning: m.error_engine_stuck_meaning(),
        remedies: ['reload_model'],
      };
    case 'graphics_lost':
      return {
        sentence: m.error_graphics_lost(),
        meaning: m.error_graphics_lost_meaning(),
        remedies: ['reload_model', 'open_hardware'],
      };
    case 'model_crashes':
      return {
        sentence: m.error_model_crashes(),
        meaning: m.error_model_crashes_meaning({ file }),
        remedies: ['choose_model', 'reload_model'],
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
    case 'offline':
      return { sentence: m.error_offline(), meaning: m.error_offline_meaning(), remedies: [] };
    case 'login_page':
      return {
        sentence: m.error_login_page(),
        meaning: m.error_login_page_meaning(),
        remedies: ['open_login_page'],
      };
    case 'rate_limited':
      return {
        sentence: m.error_rate_limited(),
        meaning:
          seconds === null
            ? m.error_rate_limited_meaning_plain()
            : m.error_rate_limited_meaning({ time: duration(seconds) }),
        remedies: [],
      };
    case 'hub_trouble':
      return { sentence: m.error_hub_trouble(), meaning: m.error_hub_trouble_meaning(), remedies: [] };
    case 'sign_in_required':
      return {
        sentence: m.error_sign_in_required(),
        meaning: m.error_sign_in_required_meaning({ name: repository }),
        remedies: error.details.address === null ? ['sign_in'] : ['sign_in', 'open_page'],
      };
    case 'access_not_granted':
      return {
        sentence: m.error_access_not_granted(),
        meaning: m.error_access_not_granted_meaning({ name: repository }),
        remedies: error.details.address === null ? [] : ['open_page'],
      };
    case 'token_invalid':
      return {
        sentence: m.error_token_invalid(),
        meaning: m.error_token_invalid_meaning(),
        remedies: ['sign_in'],
      };
    case 'not_on_hub':
      return {
        sentence: m.error_not_on_hub(),
        meaning: m.error_not_on_hub_meaning({ name: repository }),
        remedies: ['open_models'],
      };
    case 'not_available':
      return {
        sentence: m.error_not_available(),
        meaning: m.error_not_available_meaning({ name: repository }),
        remedies: ['open_models'],
      };
    case 'not_enough_space':
      return {
        sentence: m.error_not_enough_space(),
        meaning:
          needed_bytes === null || free_bytes === null
            ? m.error_not_enough_space_meaning_plain()
            : m.error_not_enough_space_meaning({ needed: size(needed_bytes), free: size(free_bytes) }),
        remedies: ['free_space', 'choose_folder'],
      };
    case 'download_corrupt':
      return {
        sentence: m.error_download_corrupt(),
        meaning: m.error_download_corrupt_meaning(),
        remedies: [],
      };
    case 'changed_on_hub':
      return { sentence: m.error_changed_on_hub(), meaning: m.error_changed_on_hub_meaning(), remedies: [] };
    case 'in_use':
      return { sentence: m.error_in_use(), meaning: m.error_in_use_meaning(), remedies: [] };
    case 'address_invalid':
      return {
        sentence: m.error_address_invalid(),
        meaning: m.error_address_invalid_meaning(),
        remedies: [],
      };
    case 'folder_unsuitable':
      return {
        sentence: m.error_folder_unsuitable(),
        meaning:
          path === null
            ? m.error_folder_unsuitable_meaning_plain()
            : m.error_folder_unsuitable_meaning({ path }),
        remedies: ['choose_folder'],
      };
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
    case 'open_models':
      return m.remedy_open_models();
    case 'choose_model':
      return m.remedy_choose_model();
    case 'find_smaller_model':
      return m.remedy_find_smaller_model();
    case 'open_hardware':
      return m.remedy_open_hardware();
    case 'free_space':
      return m.remedy_free_space();
    case 'choose_folder':
      return m.remedy_choose_folder();
    case 'sign_in':
      return m.remedy_sign_in();
    case 'open_page':
      return m.remedy_open_page();
    case 'open_login_page':
      return m.remedy_open_login_page();
  }
}

/** After these the engine comes back by itself, so that a failed answer can simply be asked for once more. */
export function comesBack({ code }: AppError): boolean {
  return code === 'engine_stuck' || code === 'graphics_lost';
}

/** What a rejected call brought: an `AppError`, or anything else, which is a fault of the app. */
export function asAppError(reason: unknown): AppError {
  if (isAppError(reason)) return reason;
  return {
    code: 'internal',
    message: reason instanceof Error ? reason.message : String(reason),
    details: noDetails,
  };
}

function isAppError(reason: unknown): reason is AppError {
  return typeof reason === 'object' && reason !== null && 'code' in reason && 'details' in reason;
}
