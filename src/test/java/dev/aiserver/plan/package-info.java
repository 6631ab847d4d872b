@NullMarked
package dev.aiserver.plan;

import org.jspecify.annotations.NullMarked;
