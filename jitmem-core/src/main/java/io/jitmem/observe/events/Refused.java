package io.jitmem.observe.events;

/**
 * What was refused.
 *
 * @param request what was asked for
 * @param byteSize how many bytes of it
 * @param kind {@code LIMIT}, or the kind of the system's refusal
 * @param reason the text of the exception
 */
public record Refused(String request, long byteSize, String kind, String reason) {}
