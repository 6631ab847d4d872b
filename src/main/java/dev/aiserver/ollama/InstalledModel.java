package dev.aiserver.ollama;

/**
 * A model on the disk of the server.
 *
 * @param name with its tag
 * @param size in bytes
 */
public record InstalledModel(String name, String digest, long size) {}
