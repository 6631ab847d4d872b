/** The Mac that tests install on: a home in a folder, an embedded launchd, and this machine's HAProxy. */
@NullMarked
package dev.aiserver.testmac;

import org.jspecify.annotations.NullMarked;
