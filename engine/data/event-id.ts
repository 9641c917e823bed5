/**
 * The id of an interaction that came without one, as SQL over its columns: the MD5 of all that it says. It is worked out when it is shown;
 * stored, it would be the largest column of all.
 */
export const derivedEventId = `md5(to_json([user_id, item_id, event_type, CAST(epoch_us(timestamp) AS VARCHAR), CAST(value AS VARCHAR), session_id]))`;
