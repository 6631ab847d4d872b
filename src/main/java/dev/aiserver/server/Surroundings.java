package dev.aiserver.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What an installation must know of the host before it can be planned.
 *
 * @param ollama the program, where it is or will be
 * @param haproxy the program, where it is or will be
 * @param address the one address on which the proxy is to listen
 * @param hostNames by which clients may call it, the configured one first, then Tailscale's
 * @param missingPackages Homebrew formulas to install first
 */
public record Surroundings(
        Path ollama, Path haproxy, String address, List<String> hostNames, Set<String> missingPackages) {}
