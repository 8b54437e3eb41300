"""What is wrong with a request, or keeps it from being answered: what came, what is allowed, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_HOW: Final = "Send it as `Authorization: Bearer KEY`, or as the user name of Basic with no password."
_IS_NONE: Final = "is not a moment; give ISO 8601, e.g. 2017-12-03 or 2017-12-03T18:00:00+01:00."
_NO_MOMENT: Final = f"'{{text}}' {_IS_NONE}"


ERRORS: Final[Mapping[str, str]] = {
    # who asks
    "error.missing_key": f"This needs a key. {_HOW}",
    "error.missing_key.scope": f"This needs a key with the scope {{scope}}. {_HOW}",
    "error.unknown_key": f"No such key is known. Ask its service's owner for one. {_HOW}",
    "error.expired_key": "The key {key} is expired. Ask the service's owner for a new one.",
    "error.revoked_key": "The key {key} is revoked. Ask the service's owner for a new one.",
    "error.missing_scope": "This needs a key with the scope {scope}; key {key} has {scopes}.",
    "error.no_keys": "This service has no keys, so it answers its own machine only. Its owner makes one with "
    "`stamkund keys create NAME --scope {scope}`.",
    "error.foreign_origin": "Pages of {origin} may not send messages. List it under `serving: origins:`.",
    # how much, and when
    "error.overloaded": "More requests are waiting than this service takes on. Send it again in a while, or fewer at "
    "once.",
    "error.timed_out": "This could not be answered within {seconds} s. Send it again in a while, or ask for less.",
    "error.too_many_requests": "This key may make {rate} requests a second. Send it again in a second.",
    "error.body_too_large": "The body is larger than the {limit} bytes that are allowed. Send less at a time.",
    "error.body_too_large.unpacked": "Unpacked, the body is larger than the {limit} bytes that are allowed. Send less "
    "at a time.",
    "error.body_too_slow": "The body did not come within {seconds} s. Send it faster, or less at a time.",
    # what is asked
    "error.not_found": "{method} {path}: there is nothing here. See /docs for what there is.",
    "error.method_not_allowed": "{method} {path}: this takes other methods. See /docs for what there is.",
    "error.unsupported_media_type": "The body is of a type that is not read here. Send JSON.",
    "error.malformed_request": "This is no request as HTTP/1.1 has it. Send it again in full, with headers in ASCII.",
    "error.malformed_request.headers": "The headers are larger than the {limit} bytes that are allowed. Send less in "
    "them.",
    "error.http_error": "The request cannot be answered: {reason}.",
    "error.malformed_json": "The body is not JSON: {came} stands in line {line}, column {column}, where it cannot.",
    "error.malformed_json.empty": "The body is empty. Send JSON.",
    "error.malformed_json.ends": "The body is not JSON: it ends in line {line}, column {column}, before it is "
    "complete.",
    "error.malformed_json.encoding": "The body is not UTF-8: in line {line}, column {column} stands what is no "
    "character. Send UTF-8.",
    "error.malformed_json.deep": "The body is nested too deeply from line {line}, column {column} on: 1,000 levels are "
    "read.",
    "error.malformed_json.repeated": "The body names {came} in line {line}, column {column} a second time in one "
    "object. Name it once.",
    "error.malformed_gzip": "The body is no gzip, or not all of it came. Send it again, or without Content-Encoding.",
    "error.unsupported_encoding": "The body is packed as '{encoding}'; send it as gzip, or as it is.",
    "error.invalid_request": "{at}: {reason}.",
    "error.invalid_request.missing": "{at} is missing.",
    "error.invalid_request.extra_forbidden": "{at} is no name that this takes. See /docs for those that it does.",
    "error.invalid_request.string_type": "{at} must be text.",
    "error.invalid_request.string_too_short": "{at} has fewer characters than the {min_length} that are needed.",
    "error.invalid_request.string_too_long": "{at} has more characters than the {max_length} that are allowed.",
    "error.invalid_request.string_pattern_mismatch": "{at} must be text without NUL characters.",
    "error.invalid_request.list_type": "{at} must be a list.",
    "error.invalid_request.too_short": "{at} has fewer entries than the {min_length} that are needed.",
    "error.invalid_request.too_long": "{at} has {actual_length} entries, more than the {max_length} that are allowed.",
    "error.invalid_request.dict_type": "{at} must be an object.",
    "error.invalid_request.model_attributes_type": "{at} must be an object.",
    "error.invalid_request.repeated": "{at} is given twice. Give it once.",
    "error.invalid_request.union_tag_invalid": "{at}: {discriminator} must be one of {expected_tags}, not '{tag}'.",
    "error.invalid_request.union_tag_not_found": "{at}: {discriminator} is missing.",
    "error.invalid_request.int_type": "{at} must be a whole number.",
    "error.invalid_request.int_parsing": "{at} must be a whole number.",
    "error.invalid_request.int_from_float": "{at} must be a whole number.",
    "error.invalid_request.greater_than_equal": "{at} must be at least {ge}.",
    "error.invalid_request.less_than_equal": "{at} must be at most {le}.",
    "error.invalid_request.bool_type": "{at} must be true or false.",
    "error.invalid_request.bool_parsing": "{at} must be true or false.",
    "error.invalid_request.literal_error": "{at} must be one of {expected}.",
    **dict.fromkeys(("error.bad_date.bare", "error.bad_time.bare", "error.bad_setting.bare"), f"{{text}} {_IS_NONE}"),
    "error.bad_date": _NO_MOMENT,
    "error.unknown_timezone": "'{timezone}' is no time zone of the IANA database; give one such as Europe/Berlin.",
    "error.bad_time": _NO_MOMENT,
    "error.bad_setting": _NO_MOMENT,
    "error.bad_date.early": "as_of '{text}' is before 1970. Ask for a later moment.",
    "error.future_as_of": "as_of '{text}' has not come yet: it is {now}. Ask for a past moment, or leave it out.",
    "error.bad_context": (
        "context.{name} is declared as {type}, and '{value}' is none. Send such a value, or leave it out."
    ),
    "error.bad_profile": "Ask for a profile as id_type:id, such as user_id:1008, not '{text}'.",
    "error.bad_id_type": "The type of an identifier is a word such as email or loyalty_card, not '{id_type}'.",
    "error.bad_cursor": "'{text}' is no cursor. Send the one that the page before gave as `next`, or none.",
    "error.no_profiles": "Say whose scores: profiles, or customers.",
    "error.unknown_decision": "No decision is known by this id.",
    "error.no_arms": "No control arm is declared, so there is nothing to compare with. Declare one under "
    "`decisions: {{control: {{holdout: {{share: 0.05}}}}}}`.",
    "error.unknown_customer": "No customer with {id_type} '{id}' is known at that moment.",
    "error.no_consent": "The customer with {id_type} '{id}' does not allow scores.",
    "error.unknown_model": "Unknown model '{name}'. Known: {known}.",
    "error.unknown_model.near": "Unknown model '{name}'; did you mean '{near}'? Known: {known}.",
    "error.unknown_id_type": "Unknown type of identifier '{name}'. Known: {known}.",
    "error.unknown_id_type.near": "Unknown type of identifier '{name}'; did you mean '{near}'? Known: {known}.",
    "error.unknown_kind": "Unknown kind '{name}'. Known: {known}.",
    "error.unknown_kind.near": "Unknown kind '{name}'; did you mean '{near}'? Known: {known}.",
    "error.unknown_language": "Unknown language '{name}'. Known: {known}.",
    "error.unknown_language.near": "Unknown language '{name}'; did you mean '{near}'? Known: {known}.",
    "error.rejected_messages": "{count} of {sent} messages were rejected; results tells why. The others are kept.",
    "error.rejected_messages.one": "One of {sent} messages was rejected; results tells why. The others are kept.",
    # candidates that people keep
    "error.unknown_candidate": "No candidate '{id}' is kept here. GET /v1/candidates lists those that are.",
    "error.unknown_field": "Unknown field '{name}'. Known: {known}. Declare a column of your own under "
    "`decisions: {{candidates: {{columns: …}}}}`.",
    "error.unknown_field.near": "Unknown field '{name}'; did you mean '{near}'? Known: {known}.",
    "error.bad_field": "'{text}' tells no field: write its name, =, and its value, such as value=3.00.",
    "error.wrong_type": "{at} is declared as {kind}, and something else came.",
    "error.bad_amount.decimals": "'{text}' is no amount in {currency}: send a text such as \"2.50\", with at most "
    "{decimals} decimals and no sign.",
    "error.ends_before_starts": "It would end at {ends}, before it starts at {starts}. Correct one of them.",
    "error.candidate_exists": "Candidate '{id}' is kept already, as version {version}, and differs in: {fields}. Send "
    "If-Match with its ETag to change it.",
    "error.candidate_changed": "Version {version} is kept now, which is not that of If-Match; what you sent differs "
    "from it in: {fields}. Ask for it, and send your change of it with its ETag.",
    "error.candidate_changed.gone": "No candidate '{id}' is kept here any more. Leave If-Match out to keep it anew.",
    "error.bad_etag": "If-Match must be an ETag as an answer told it, such as \"3\", or *; '{text}' came.",
    # long work
    "error.unknown_job": "No job '{id}' is known. GET /v1/jobs lists the latest.",
    "error.request_id_reused": "Another job was asked for under this request id. Give each job an id of its own.",
    "error.job_over": "The job is over ({state}): nothing of it is left to cancel.",
    "error.carried_models": "This service carries its models. Build, train and score where these were made.",
    "error.interrupted": "Its process is gone: it was killed, or the machine was restarted. What was there before is "
    "as it was; ask for it again.",
    "error.killed": "Its process was ended by {signal}. What was there before is as it was.",
    "error.killed.memory": "Its process was ended by {signal}: memory was short, perhaps. What was there before is as "
    "it was.",
    # what the service stands on
    "error.no_model": "There are neither features nor models yet. Run `stamkund build`, then `stamkund train`.",
    "error.no_model.champion": "No model is the champion of its target yet. Run `stamkund train`; what it refuses, it "
    "says why.",
    "error.feature_set_mismatch": "No champion was trained on the features at hand ({models}). Run `stamkund train`.",
    "error.no_feature_set": "No feature set at {file}. Run `stamkund build` first.",
    "error.old_feature_set": "The feature set {file} has format {format}, and {own} is read here. Run `stamkund build "
    "--refit`, then `stamkund train`.",
    "error.feature_set_corrupt": "The feature set {file} is corrupt: {problem}. Restore it from a backup, or run "
    "`stamkund build --refit`, then `stamkund train`; a file that a service carries is written by `stamkund bento`.",
    "error.model_corrupt": "The model in {folder} cannot be read ({problem}). Restore its files from a backup, or "
    "train again.",
    "error.registry_unavailable": "The registry {url} does not answer. Start it, or correct `registry:`.",
    "error.registry_not_writable": "The registry {file} is of a home that was elsewhere, and cannot be changed to this "
    "one: {problem}. Open it once where it can be written, for example by `stamkund models list`.",
    "error.unknown_target_type": "A model predicts '{type}', a type of target that this version does not have. Train "
    "it again.",
    "error.old_records": "Another version wrote the store's records. Run `stamkund build`, which makes them anew.",
    "error.other_privacy_key": "People were erased under another privacy key, and would come back unnoticed. Set that "
    "`privacy: key:`.",
    "error.other_hashing": "The store holds events whose identifiers were hashed otherwise, and cannot be read again: "
    "each person would be two. Set `hashed:` and `privacy: key:` as they were, or begin in another `home:` and "
    "`store:`.",
    "error.other_hashing.log": "The lake holds {count} events of an earlier log whose identifiers were hashed "
    "otherwise, and cannot be read again: each person would be two. Set `hashed:` and `privacy: key:` as they were, or "
    "begin in another `home:` and `store:`.",
    "error.not_hashed_yet": "The store holds identifiers that the settings want hashed: run `stamkund build`, which "
    "does it.",
    "error.lake_corrupt": "The lake's manifest {file} is corrupt: {problem}. Restore the folder {folder} from a "
    "backup, "
    "or move it away and run `stamkund build`, which reads every source and the log of HTTP events anew.",
    "error.other_lake_format": "The lake {folder} is of format {format}; this version reads format {own}. Run "
    "`stamkund "
    "build`, which reads every source and the log of HTTP events anew.",
    "error.other_lake_format.newer": "The lake {folder} is of format {format}; this version reads format {own}. Update "
    "Stamkund, which is older than the lake; or run `stamkund build`, which reads every source and the log of HTTP "
    "events anew.",
    "error.no_lake": "There is no lake at {folder}: nothing was built, or its manifest is gone. Run `stamkund build`.",
    "error.disk_full": "There is no room left on the disk. Nothing of what was there is lost: make room, and run the "
    "command again.",
    "error.store_unavailable": "The store does not answer at the moment. Ask again in a while.",
    "error.store_unavailable.events": "The store does not take events at the moment. Send them again in a while; "
    "nothing of this batch was kept.",
    "error.store_read_only": "The store takes nothing at the moment: it can only be read. Ask again in a while.",
    "error.store_full": "The store has no room left on its disk. Ask again in a while.",
    "error.store_corrupt": "The store's file is damaged. Its owner restores it from a backup.",
    "error.internal_error.job": "This is a mistake of ours, not of yours; the service's log says where.",
    "error.internal_error": "This is a mistake of ours, not of yours; the log has it under this Request-Id.",
}
