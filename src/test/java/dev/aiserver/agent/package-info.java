@NullMarked
package dev.aiserver.agent;

import org.jspecify.annotations.NullMarked;
