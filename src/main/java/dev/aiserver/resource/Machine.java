package dev.aiserver.resource;

import dev.aiserver.host.Host;
import dev.aiserver.service.Launchd;

/** The means to change resources: a host, its service manager, and the staged file contents. */
public record Machine(Host host, Launchd launchd, Staging staging) {}
